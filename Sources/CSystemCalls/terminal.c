#include "terminal.h"

#include <sys/ioctl.h>

struct sagflow_window sagflow_terminal_window(int fd) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return (struct sagflow_window){0, 0};
  return (struct sagflow_window){size.ws_col, size.ws_row};
}
