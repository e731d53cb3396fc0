"""One module per format family; none knows another, and only the worker loads one."""
