#define _GNU_SOURCE
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "messages.h"

// Checks whether a process can resume the ring that another one left. Nothing in it is trusted: its words are compared with one
// another and with the file, and records must reach from tail to head without gaps, each complete. What is not checked here
// (slots, octets of datagrams) is treated like input from the network.

static uint16_t get16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }

// RFC 791 §3.1: with its checksum, the header's sum is all ones.
static int is_summed(const uint8_t *header) {
  uint32_t sum = 0;
  for (int i = 0; i < IPV4_OCTETS; i += 2) sum += get16(header + i);
  sum = (sum & 0xffff) + (sum >> 16);
  return (sum & 0xffff) + (sum >> 16) == 0xffff;
}

// Whether a frame has the form that make_frame (journal.c) produces.
static int is_frame(const uint8_t *frame, uint32_t length) {
  size_t head = frame[0] == 0x60 ? IPV6_OCTETS : IPV4_OCTETS;
  if (length < head + UDP_OCTETS || length > head + UDP_OCTETS + SLOT_OCTETS) return 0;
  if (head == IPV6_OCTETS) {
    if (frame[6] != IPPROTO_UDP || get16(frame + 4) != (uint16_t)(length - head)) return 0;
  } else if (frame[0] != 0x45 || frame[9] != IPPROTO_UDP || get16(frame + 2) != (uint16_t)length ||
             get16(frame + 6) != 0x4000 || !is_summed(frame)) {
    return 0;
  }
  return get16(frame + head + 4) == (uint16_t)(length - head);
}

static const char *header_fault(const struct journal_state *state, uint64_t size) {
  if (state->slots == 0 || state->slots > MAXIMUM_SLOTS || state->stride != STRIDE || state->capacity % 4096 != 0 ||
      state->capacity < LONGEST_RECORD || state->capacity > MAXIMUM_CAPACITY) {
    return "its sizes are none that a ring has";
  }
  if (size < sagflow_slots_at((unsigned)state->slots, state->capacity)) return "it is shorter than it says";
  if (state->head > SAGFLOW_GREATEST || state->tail > state->head || state->head - state->tail > state->capacity) {
    return "its head and its tail do not fit";
  }
  if (state->mark != SKIPPED && state->mark > state->head) return "its mark is beyond its head";
  if (state->missing > SAGFLOW_GREATEST || state->local_port > UINT16_MAX) return "its counts are none that a ring has";
  return NULL;
}

static const char *segment_fault(const struct journal_state *state) {
  uint64_t begun = state->begun, current = state->current;
  if (begun > SAGFLOW_GREATEST || current > begun || begun - current >= SEGMENTS) return "its segments do not fit";
  struct segment last = {0, 0};
  if (current == 0) {
    // The process was killed while beginning the first segment, or before.
    if (begun == 0 && state->head == 0) return NULL;
    if (begun != 1 || state->head != 0) return "its segments do not fit";
    current = 1;
  }
  for (uint64_t i = current; i <= begun; i++) {
    struct segment segment = state->segments[i % SEGMENTS];
    if (segment.number <= last.number || segment.number > SAGFLOW_GREATEST || segment.start < last.start ||
        segment.start > state->head || (i == current ? segment.start > state->tail : segment.start < state->tail)) {
      return "its segments do not fit";
    }
    last = segment;
  }
  return NULL;
}

// Reads octets of a ring that is not mapped.
static int read_octets(int fd, const struct journal_state *state, uint64_t position, void *octets, size_t count) {
  size_t at = position % state->capacity, fits = count < state->capacity - at ? count : state->capacity - at;
  off_t begin = (off_t)sagflow_octets_at((unsigned)state->slots);
  if (pread(fd, octets, fits, begin + (off_t)at) != (ssize_t)fits) return 0;
  return fits == count || pread(fd, (uint8_t *)octets + fits, count - fits, begin) == (ssize_t)(count - fits);
}

static const char *record_fault(int fd, const struct journal_state *state) {
  uint64_t position = state->tail, segment = state->current + 1;
  while (position < state->head) {
    struct {
      uint32_t words[RECORD_OCTETS / 4];
      uint8_t frame[IPV6_OCTETS + UDP_OCTETS];
    } record = {0};
    uint64_t first = position, left = state->head - position;
    size_t count = left < sizeof record ? left : sizeof record;
    if (count < RECORD_OCTETS || !read_octets(fd, state, position, &record, count)) return "a record is cut off";
    uint32_t length = record.words[2];
    if (length != record.words[3] || length > left - RECORD_OCTETS || record.words[1] >= 1000000000 ||
        !is_frame(record.frame, length)) {
      return "a record is none of a datagram";
    }
    position += RECORD_OCTETS + length;
    // A segment begins with a record.
    for (; segment <= state->begun; segment++) {
      uint64_t start = state->segments[segment % SEGMENTS].start;
      if (start >= position) break;
      if (start > first) return "a segment begins within a record";
    }
  }
  return NULL;
}

// Checks that no datagram of the batch just received is beyond the end of a truncated file; empty slots have nothing to lose.
static const char *batch_fault(int fd, const struct journal_state *state, uint64_t size) {
  unsigned slots = (unsigned)state->slots;
  if (state->mark != state->head || size >= sagflow_mapped_size(slots, state->capacity)) return NULL;
  for (unsigned i = 0; i < slots; i++) {
    struct mmsghdr header;
    off_t at = (off_t)(sagflow_headers_at() + i * sizeof header);
    if (pread(fd, &header, sizeof header, at) != (ssize_t)sizeof header) return "it is shorter than it says";
    if (header.msg_len > SLOT_OCTETS) break;
    if (sagflow_slots_at(slots, state->capacity) + (size_t)i * STRIDE + header.msg_len > size) {
      return "it is shorter than it says";
    }
  }
  return NULL;
}

struct sagflow_ring_check sagflow_ring_check(int fd, uint64_t boot, int outlives_boot) {
  struct journal_state state = {0};
  struct stat status;
  struct sagflow_ring_check check = {.kind = SAGFLOW_RING_EMPTY};
  if (fstat(fd, &status) != 0) return (struct sagflow_ring_check){.error = -errno};
  if (status.st_size == 0) return check;
  ssize_t count = pread(fd, &state, sizeof state, 0);
  if (count < 0) return (struct sagflow_ring_check){.error = -errno};
  // The file was allocated, and its process was killed before using it.
  static const struct journal_state nothing;
  if (count == (ssize_t)sizeof state && memcmp(&state, &nothing, sizeof state) == 0) return check;
  check.kind = SAGFLOW_RING_DAMAGED;
  if (count < (ssize_t)sizeof state || state.magic != SAGFLOW_RING_MAGIC) {
    check.fault = "it is no ring of this version";
    return check;
  }
  check.fault = header_fault(&state, (uint64_t)status.st_size);
  if (check.fault) return check;
  if (outlives_boot && (boot == 0 || state.boot != boot)) {
    check.kind = SAGFLOW_RING_OTHER_BOOT;
    return check;
  }
  check.fault = segment_fault(&state);
  if (!check.fault) check.fault = record_fault(fd, &state);
  if (!check.fault) check.fault = batch_fault(fd, &state, (uint64_t)status.st_size);
  if (!check.fault) check.kind = SAGFLOW_RING_SOUND;
  return check;
}
