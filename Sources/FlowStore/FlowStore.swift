// FlowStore
