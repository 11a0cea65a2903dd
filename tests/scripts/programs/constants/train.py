"""Trains with constants of its module; no arguments can be passed to it."""

from model import loss_of

DATA = "train.csv"
BATCH_SIZE = 32
LEARNING_RATE = 0.01
DROPOUT = 0.1
EPOCHS = 3
USE_BIAS = True

if __name__ == "__main__":
    for epoch in range(EPOCHS):
        print("Epoch", epoch + 1, "of", EPOCHS)
        val_loss = loss_of(LEARNING_RATE, DROPOUT, BATCH_SIZE) + 1 / (epoch + 1) - 0.01 * USE_BIAS
        print(f"val_loss: {val_loss:.5f}")
