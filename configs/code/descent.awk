# Minimise f(x, y) = (1 - x)^2 + 100 (y - x^2)^2 (Rosenbrock, 1960) from (-1, 1) by gradient descent with momentum,
# 20 steps an epoch. The code of configs/command.yaml.
BEGIN {
    x = -1
    y = 1
    for (epoch = 1; epoch <= epochs; epoch++) {
        for (step = 0; step < 20; step++) {
            u = momentum * u - rate * (-2 * (1 - x) - 400 * x * (y - x * x))
            v = momentum * v - rate * 200 * (y - x * x)
            x += u
            y += v
        }
        f = (1 - x) ^ 2 + 100 * (y - x * x) ^ 2
        printf "epoch %d loss=%.9g\n", epoch, f
        fflush()
        if (f != f || f > 1e100) exit
    }
}
