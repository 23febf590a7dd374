"""Parameter groups: decay for weights and none for biases, a slower body, a group that joins later."""

# mypy: ignore-errors

import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(150, 6)
y = (x[:, :1] ** 2 - x[:, 1:2]).tanh()
model = nn.ModuleDict(
    {"body": nn.Sequential(nn.Linear(6, 24), nn.ReLU()), "norm": nn.LayerNorm(24), "head": nn.Linear(24, 1)}
)
offset = nn.Parameter(torch.zeros(1))

decaying = [p for name, p in model["body"].named_parameters() if name.endswith("weight")]
plain = [p for name, p in model["body"].named_parameters() if name.endswith("bias")]
optimizer = torch.optim.AdamW(
    [
        {"params": decaying, "weight_decay": 0.1, "lr": 0.005},
        {"params": plain + list(model["norm"].parameters())},
        {"params": model["head"].parameters(), "lr": 0.03, "betas": (0.8, 0.99)},
    ],
    lr=0.01,
    weight_decay=0.0,
)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, [lambda step: 1.0, lambda step: 0.99**step, lambda step: 1 / (1 + 0.05 * step)]
)
losses = []
for step in range(101):
    prediction = model["head"](model["norm"](model["body"](x))) + offset
    loss = nn.functional.huber_loss(prediction, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step < 60:
        scheduler.step()
    if step == 60:
        optimizer.add_param_group({"params": offset, "lr": 0.02})
    losses.append(loss.item())
    if step % 20 == 0:
        print(f"step {step:3d}: loss {loss.item():.4g}, rates {[round(g['lr'], 5) for g in optimizer.param_groups]}")

for group in optimizer.param_groups:
    numbers = sum(p.numel() for p in group["params"])
    print(f"{numbers} numbers, decay {group['weight_decay']}, betas {group['betas']}")
print(f"the offset moved: {offset.item() != 0}; the weights are {decaying[0].norm().item():.4g} long")
