"""Writes fixtures/torch.json: what PyTorch computes in float64 for the recurrences, the losses and the optimizers.

Usage: python scripts/make-fixtures.py   (PyTorch 2.x; from packages/backend-cpu)
"""
import json
import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(20)
T, B, D, H = 4, 3, 2, 5


def flat(**tensors):
    return {name: tensor.detach().flatten().tolist() for name, tensor in tensors.items()}


def recurrence(kind):
    """One layer; the loss is a random linear function of all states (and of the last cell)."""
    rnn = getattr(torch.nn, kind)(D, H)
    x = torch.randn(T, B, D)
    h0 = torch.randn(1, B, H, requires_grad=True)
    c0 = torch.randn(1, B, H, requires_grad=True)
    d_states, d_cell = torch.randn(T, B, H), torch.randn(B, H)
    states, last = rnn(x, (h0, c0) if kind == 'LSTM' else h0)
    loss = (states * d_states).sum()
    if kind == 'LSTM':
        loss = loss + (last[1][0] * d_cell).sum()
    loss.backward()
    x_projection = x @ rnn.weight_ih_l0.T + rnn.bias_ih_l0
    if kind == 'LSTM':
        x_projection = x_projection + rnn.bias_hh_l0
    values = flat(xProjection=x_projection, weightHh=rnn.weight_hh_l0, biasHh=rnn.bias_hh_l0, h0=h0, dStates=d_states,
                  states=states, dH0=h0.grad, dWeightHh=rnn.weight_hh_l0.grad, dBiasIh=rnn.bias_ih_l0.grad,
                  dBiasHh=rnn.bias_hh_l0.grad)
    if kind == 'LSTM':
        values |= flat(c0=c0, dCell=d_cell, cell=last[1], dC0=c0.grad)
    return {'steps': T, 'batch': B, 'hidden': H, **values}


def cross_entropy():
    logits = torch.randn(4, 7, requires_grad=True)
    labels, d_loss = torch.tensor([0, 6, 3, 2]), torch.randn(4)
    loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=0.1, reduction='none')
    (loss * d_loss).sum().backward()
    return {'rows': 4, 'n': 7, 'smoothing': 0.1, 'labels': labels.tolist(),
            **flat(logits=logits, dLoss=d_loss, loss=loss, dLogits=logits.grad)}


def optimizer(make):
    """Three steps."""
    start, grads = torch.randn(7), torch.randn(3, 7)
    param = torch.nn.Parameter(start.clone())
    optim = make([param], lr=0.01, betas=(0.9, 0.98), eps=1e-8, weight_decay=0.1)
    for grad in grads:
        param.grad = grad.clone()
        optim.step()
    state = optim.state[param]
    return flat(start=start, grads=grads, param=param, m=state['exp_avg'], v=state['exp_avg_sq'])


fixtures = {
    'torch': torch.__version__,
    'lstm': recurrence('LSTM'),
    'gru': recurrence('GRU'),
    'crossEntropy': cross_entropy(),
    'adam': optimizer(torch.optim.Adam),
    'adamw': optimizer(torch.optim.AdamW),
}
with open('fixtures/torch.json', 'w') as file:
    json.dump(fixtures, file)
    file.write('\n')
