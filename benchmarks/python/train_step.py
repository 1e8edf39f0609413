"""Training steps of PyTorch, beside which Dragoman's are measured.

Workloads (batch 32, source and target length 24, vocabulary 4000, width 256, float32):
  TT  Transformer of 3+3 layers, 4 heads, feed-forward 1024, post-norm
  TR  2+2-layer LSTM with Luong "general" attention
  TG  2+2-layer GRU without attention, the encoder's final state handed to the decoder
A step is teacher forcing, mean cross-entropy, backward and a fused Adam update at 1e-4.
"""

import torch
from torch import nn

from onnx_peer.sizes import BATCH, RECURRENT_LAYERS, SOURCE, TARGET, TRANSFORMERS, VOCABULARY, WIDTH
from transformer import Transformer

LEARNING_RATE = 1e-4


class EncoderDecoder(nn.Module):
    """Recurrent encoder and decoder; the encoder's final states start the decoder."""

    def __init__(self, recurrent):
        super().__init__()
        self.source_embedding = nn.Embedding(VOCABULARY, WIDTH)
        self.target_embedding = nn.Embedding(VOCABULARY, WIDTH)
        self.encoder = recurrent(WIDTH, WIDTH, num_layers=RECURRENT_LAYERS, batch_first=True)
        self.decoder = recurrent(WIDTH, WIDTH, num_layers=RECURRENT_LAYERS, batch_first=True)
        self.output = nn.Linear(WIDTH, VOCABULARY)

    def hidden(self, source, target):
        """Encoder states [B, S, D] and decoder states [B, T, D]."""
        memory, final = self.encoder(self.source_embedding(source))
        states, _ = self.decoder(self.target_embedding(target), final)
        return memory, states

    def forward(self, source, target):
        return self.output(self.hidden(source, target)[1])


class AttentionalEncoderDecoder(EncoderDecoder):
    """Adds attention of Luong et al. 2015: scores q . (W_a k), then tanh(W_c [context; state])."""

    def __init__(self, recurrent):
        super().__init__(recurrent)
        self.align = nn.Linear(WIDTH, WIDTH, bias=False)
        self.combine = nn.Linear(2 * WIDTH, WIDTH, bias=False)

    def forward(self, source, target):
        memory, states = self.hidden(source, target)
        weights = torch.bmm(states, self.align(memory).transpose(1, 2)).softmax(dim=-1)
        context = torch.bmm(weights, memory)
        return self.output(torch.tanh(self.combine(torch.cat((context, states), dim=-1))))


WORKLOADS = {
    "TT": lambda: Transformer(TRANSFORMERS["DS"]),
    "TR": lambda: AttentionalEncoderDecoder(nn.LSTM),
    "TG": lambda: EncoderDecoder(nn.GRU),
}


def make_step(model):
    """A function that trains one step on fixed random ids and returns the loss in nats per token."""
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    criterion = nn.CrossEntropyLoss()
    source = torch.randint(VOCABULARY, (BATCH, SOURCE))
    target = torch.randint(VOCABULARY, (BATCH, TARGET + 1))
    given, expected = target[:, :-1].contiguous(), target[:, 1:].flatten()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(source, given).flatten(0, 1), expected)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step
