// Terminals: ioctl takes arguments of any type, which Swift does not call.
#ifndef SAGFLOW_TERMINAL_H
#define SAGFLOW_TERMINAL_H

// Columns and rows of a terminal's window; 0: not known, or no terminal.
struct sagflow_window {
  int columns;
  int rows;
};

struct sagflow_window sagflow_terminal_window(int fd);

#endif
