// Terminals: Swift cannot call ioctl, which is variadic.
#ifndef SAGFLOW_TERMINAL_H
#define SAGFLOW_TERMINAL_H

// Columns and rows of a terminal's window; 0 if unknown, or not a terminal.
struct sagflow_window {
  int columns;
  int rows;
};

struct sagflow_window sagflow_terminal_window(int fd);

#endif
