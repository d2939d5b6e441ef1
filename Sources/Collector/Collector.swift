// Collector: assembles the pipeline from a configuration and runs it as a service.
