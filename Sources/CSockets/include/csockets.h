void sagflow_placeholder(void);
