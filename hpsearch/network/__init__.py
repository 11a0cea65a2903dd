"""The built-in BatchNorm/softmax network, in NumPy."""
