#pragma once
// Annotates Swift's library for ThreadSanitizer. Linking is enough; there is nothing to call.
