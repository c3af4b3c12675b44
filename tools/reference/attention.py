"""Writes test/fixtures/attention.json: what `VisionGuidedCrossAttention` must compute, according to PyTorch.

    python tools/reference/attention.py [--out FILE]

Every number is drawn in float32 (so the fixture holds exactly what the layer is fed), computed in float64, and stored with
nine significant digits, which float32 survives unchanged. Gradients are those of sum(output * cotangent).

Two references:
- `torch.nn.MultiheadAttention`, wherever it can express the case (query width = numHeads * keyDim = output width);
- `explicit matmuls`, plain torch operations under autograd, for the rest (other widths, rows whose keys are all padding).
The explicit one is checked here against the first on every case that both express.

In the fixture a padding mask says 1 = real, 0 = padding; torch's `key_padding_mask` says the opposite. Kernels are
[inputs, outputs], as in Keras; torch's weights are [outputs, inputs].
"""

import argparse
import json
import math
import platform
from pathlib import Path

import numpy as np
import torch

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "attention.json"
SIGNIFICANT_DIGITS = 9
# A gradient that is zero in theory (that of the key bias) comes out of float64 as about 1e-17.
FLOAT64_NOISE = 1e-14
AGREEMENT = 1e-12

MHA = "torch.nn.MultiheadAttention"
EXPLICIT = "explicit matmuls"

# Every dimension of a case is a different prime, so that no swapped axis passes, except for dimensions of 1 and for
# widths that are multiples of numHeads because the case needs them to be. `check_dimensions` sees to it.
# `lengths` are the numbers of real tokens per row; `mask` spells the rows out.
CASES = [
    dict(name="with bias, no mask", reference=MHA,
         heads=3, key_dim=5, batch=2, regions=7, tokens=13, query_dim=15, context_dim=11),
    dict(name="with bias, ragged mask", reference=MHA,
         heads=3, key_dim=5, batch=2, regions=7, tokens=13, query_dim=15, context_dim=11, lengths=[13, 4]),
    dict(name="without bias, no mask", reference=MHA, bias=False,
         heads=2, key_dim=5, batch=3, regions=7, tokens=13, query_dim=10, context_dim=11),
    dict(name="without bias, ragged mask", reference=MHA, bias=False,
         heads=5, key_dim=2, batch=3, regions=7, tokens=11, query_dim=10, context_dim=13, lengths=[1, 11, 6]),
    dict(name="mask with holes", reference=MHA,
         heads=2, key_dim=3, batch=5, regions=11, tokens=7, query_dim=6, context_dim=13,
         mask=[[1, 1, 1, 1, 1, 1, 1], [0, 1, 0, 1, 1, 0, 0], [0, 0, 0, 0, 0, 0, 1],
               [1, 0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 1, 0, 0]]),
    dict(name="one head", reference=MHA,
         heads=1, key_dim=13, batch=2, regions=5, tokens=11, query_dim=13, context_dim=7, lengths=[11, 6]),
    dict(name="many heads", reference=MHA,
         heads=7, key_dim=2, batch=3, regions=5, tokens=11, query_dim=14, context_dim=13, lengths=[9, 11, 2]),
    dict(name="many heads of width 1", reference=MHA,
         heads=13, key_dim=1, batch=2, regions=5, tokens=11, query_dim=13, context_dim=7, lengths=[11, 3]),
    dict(name="context as wide as the query (packed in_proj_weight)", reference=MHA,
         heads=2, key_dim=5, batch=3, regions=7, tokens=13, query_dim=10, context_dim=10, lengths=[8, 13, 1]),
    dict(name="rank-2 query, no mask", reference=MHA, rank2=True,
         heads=3, key_dim=5, batch=2, regions=1, tokens=13, query_dim=15, context_dim=7),
    dict(name="rank-2 query, ragged mask", reference=MHA, rank2=True,
         heads=3, key_dim=5, batch=2, regions=1, tokens=13, query_dim=15, context_dim=7, lengths=[5, 13]),
    dict(name="one token", reference=MHA,
         heads=2, key_dim=5, batch=3, regions=7, tokens=1, query_dim=10, context_dim=11),
    dict(name="rank-2 query, one token", reference=MHA, rank2=True,
         heads=2, key_dim=3, batch=5, regions=1, tokens=1, query_dim=6, context_dim=7),
    dict(name="keyDim differs from outputDim / numHeads", reference=EXPLICIT,
         heads=2, key_dim=7, batch=3, regions=5, tokens=13, query_dim=6, context_dim=11, output_dim=6,
         lengths=[13, 2, 8]),
    dict(name="query width differs from outputDim", reference=EXPLICIT,
         heads=2, key_dim=5, batch=3, regions=7, tokens=11, query_dim=13, context_dim=17, output_dim=10),
    dict(name="every width differs, without bias, rank-2 query", reference=EXPLICIT, bias=False, rank2=True,
         heads=3, key_dim=5, batch=2, regions=1, tokens=13, query_dim=11, context_dim=17, output_dim=7,
         lengths=[13, 6]),
    dict(name="a row whose keys are all padding", reference=EXPLICIT,
         heads=2, key_dim=5, batch=3, regions=7, tokens=11, query_dim=13, context_dim=17, output_dim=19,
         lengths=[11, 0, 4]),
    dict(name="a row whose keys are all padding, without bias", reference=EXPLICIT, bias=False,
         heads=3, key_dim=5, batch=2, regions=7, tokens=11, query_dim=13, context_dim=17, output_dim=19,
         lengths=[0, 6]),
    dict(name="a row whose keys are all padding, rank-2 query", reference=EXPLICIT, rank2=True,
         heads=2, key_dim=5, batch=3, regions=1, tokens=11, query_dim=13, context_dim=17, output_dim=19,
         lengths=[7, 11, 0]),
    dict(name="every row's keys are all padding", reference=EXPLICIT,
         heads=3, key_dim=5, batch=2, regions=7, tokens=11, query_dim=13, context_dim=17, output_dim=19,
         lengths=[0, 0]),
]


def draw(rng, *shape, scale=1.0):
    """Normal numbers that float32 holds exactly, as a float64 tensor."""
    values = (rng.standard_normal(shape) * scale).astype(np.float32)
    return torch.tensor(values.astype(np.float64))


def draw_weights(rng, case):
    """[(name, tensor)] in the order of the layer's `getWeights()`."""
    inner = case["heads"] * case["key_dim"]
    output_dim = case.get("output_dim", case["query_dim"])
    weights = []
    for part, rows, columns in (
        ("query", case["query_dim"], inner),
        ("key", case["context_dim"], inner),
        ("value", case["context_dim"], inner),
        ("output", inner, output_dim),
    ):
        weights.append((f"{part} kernel", draw(rng, rows, columns, scale=1 / math.sqrt(rows))))
        if case.get("bias", True):
            weights.append((f"{part} bias", draw(rng, columns, scale=0.5)))
    return weights


def padding_mask(case):
    if "mask" in case:
        mask = torch.tensor(case["mask"], dtype=torch.bool)
    elif "lengths" in case:
        mask = torch.arange(case["tokens"])[None, :] < torch.tensor(case["lengths"])[:, None]
    else:
        return None
    assert mask.shape == (case["batch"], case["tokens"]), case["name"]
    return mask


def explicit_attention(case, query, context, mask, weights):
    """query [batch, regions, dq], context [batch, tokens, dc] -> output [batch, regions, outputDim] and scores."""
    heads, key_dim = case["heads"], case["key_dim"]
    named = dict(weights)

    def project(x, part):
        y = x @ named[f"{part} kernel"]
        return y + named[f"{part} bias"] if f"{part} bias" in named else y

    def split_heads(x):  # [batch, length, heads * keyDim] -> [batch, heads, length, keyDim]
        return x.reshape(x.shape[0], x.shape[1], heads, key_dim).transpose(1, 2)

    q, k, v = (split_heads(project(x, part)) for x, part in ((query, "query"), (context, "key"), (context, "value")))
    logits = q @ k.transpose(2, 3) / math.sqrt(key_dim)  # [batch, heads, regions, tokens]
    if mask is None:
        scores = torch.softmax(logits, dim=-1)
    else:
        real = mask[:, None, None, :]
        attends = real.any(dim=-1, keepdim=True)
        # A row of -inf only would be NaN, and so would its gradient, whatever is selected afterwards:
        # give softmax finite logits there, then drop what it returns.
        logits = torch.where(real, logits, -math.inf)
        logits = torch.where(attends, logits, 0.0)
        scores = torch.where(attends, torch.softmax(logits, dim=-1), 0.0)
    attended = (scores @ v).transpose(1, 2).reshape(query.shape[0], query.shape[1], heads * key_dim)
    return project(attended, "output"), scores


def build_mha(case, weights):
    """A torch.nn.MultiheadAttention that holds the given weights, and a reader of its gradients in their order."""
    embed, context_dim = case["query_dim"], case["context_dim"]
    assert embed == case["heads"] * case["key_dim"] == case.get("output_dim", embed), case["name"]
    with_bias = case.get("bias", True)
    mha = torch.nn.MultiheadAttention(
        embed, case["heads"], bias=with_bias, kdim=context_dim, vdim=context_dim, batch_first=True, dtype=torch.float64
    )
    assert (mha.in_proj_weight is not None) == (context_dim == embed)
    named = dict(weights)
    parts = ("query", "key", "value")
    with torch.no_grad():
        if mha.in_proj_weight is not None:  # one [3 * embed, embed] matrix: query, key, value
            mha.in_proj_weight.copy_(torch.cat([named[f"{part} kernel"].T for part in parts]))
        else:
            mha.q_proj_weight.copy_(named["query kernel"].T)
            mha.k_proj_weight.copy_(named["key kernel"].T)
            mha.v_proj_weight.copy_(named["value kernel"].T)
        mha.out_proj.weight.copy_(named["output kernel"].T)
        if with_bias:
            mha.in_proj_bias.copy_(torch.cat([named[f"{part} bias"] for part in parts]))
            mha.out_proj.bias.copy_(named["output bias"])

    def gradients():
        if mha.in_proj_weight is not None:
            kernels = mha.in_proj_weight.grad.chunk(3)
        else:
            kernels = [mha.q_proj_weight.grad, mha.k_proj_weight.grad, mha.v_proj_weight.grad]
        found = {f"{part} kernel": kernel.T for part, kernel in zip(parts, kernels)}
        found["output kernel"] = mha.out_proj.weight.grad.T
        if with_bias:
            found.update({f"{part} bias": bias for part, bias in zip(parts, mha.in_proj_bias.grad.chunk(3))})
            found["output bias"] = mha.out_proj.bias.grad
        return [found[name] for name, _ in weights]

    return mha, gradients


def run(case, reference, query, context, mask, weights, cotangent):
    """{output, scores, query, context, weights}: the results, and the gradients of sum(output * cotangent)."""
    query, context = (x.clone().requires_grad_() for x in (query, context))
    batched = query[:, None, :] if case.get("rank2") else query
    if reference == MHA:
        mha, weight_gradients = build_mha(case, weights)
        output, scores = mha(
            batched, context, context, key_padding_mask=None if mask is None else ~mask,
            need_weights=True, average_attn_weights=False,
        )
    else:
        weights = [(name, weight.clone().requires_grad_()) for name, weight in weights]
        output, scores = explicit_attention(case, batched, context, mask, weights)
    if case.get("rank2"):
        output = output[:, 0, :]
    (output * cotangent).sum().backward()
    if reference != MHA:
        def weight_gradients():
            return [weight.grad for _, weight in weights]
    return dict(output=output.detach(), scores=scores.detach(), query=query.grad, context=context.grad,
                weights=weight_gradients())


def flatten(result):
    return [result["output"], result["scores"], result["query"], result["context"], *result["weights"]]


def max_difference(one, other):
    return max(float((a - b).abs().max()) for a, b in zip(flatten(one), flatten(other), strict=True))


def stored(tensor):
    """{shape, values}, values flat in row-major order."""
    values = []
    for value in tensor.reshape(-1).tolist():
        value = 0.0 if abs(value) < FLOAT64_NOISE else float(f"{value:.{SIGNIFICANT_DIGITS}g}")
        values.append(int(value) if value.is_integer() else value)
    return {"shape": list(tensor.shape), "values": values}


def assert_float32(tensor):
    """What the fixture stores, read back as float32, is exactly what was computed with."""
    back = np.array(stored(tensor)["values"], dtype=np.float32).astype(np.float64)
    assert np.array_equal(back, tensor.reshape(-1).numpy())


def check_theory(case, result, mask, weights):
    assert all(bool(torch.isfinite(tensor).all()) for tensor in flatten(result)), case["name"]
    names = [name for name, _ in weights]
    assert [list(g.shape) for g in result["weights"]] == [list(w.shape) for _, w in weights], case["name"]
    if "key bias" in names:  # moves all logits of a row alike
        assert float(result["weights"][names.index("key bias")].abs().max()) < FLOAT64_NOISE, case["name"]
    attends = torch.ones(case["batch"], dtype=torch.bool) if mask is None else mask.any(dim=1)
    sums = result["scores"].sum(dim=-1)
    assert torch.allclose(sums, attends[:, None, None].double().expand_as(sums), atol=1e-12), case["name"]
    if mask is not None:
        scores = result["scores"].permute(0, 3, 1, 2)
        assert bool((scores[~mask] == 0).all()), case["name"]
        assert bool((result["context"][~mask] == 0).all()), case["name"]
        nothing = result["output"][~attends]
        bias = dict(weights).get("output bias", torch.zeros(nothing.shape[-1], dtype=torch.float64))
        assert torch.equal(nothing, bias.expand_as(nothing)), case["name"]


def check_dimensions(case):
    """Every dimension of the case is a different prime, but for 1 and for multiples of numHeads (see CASES)."""
    dims = [case[key] for key in ("batch", "heads", "key_dim", "regions", "tokens", "context_dim")]
    if case["reference"] == EXPLICIT:
        dims += [case["query_dim"], case["output_dim"]]
    dims = [dim for dim in dims if dim != 1 and (dim == case["heads"] or dim % case["heads"] or case["heads"] == 1)]
    assert len(set(dims)) == len(dims), (case["name"], dims)
    assert all(dim % divisor for dim in dims for divisor in range(2, dim)), (case["name"], dims)


def build_case(case, seed):
    check_dimensions(case)
    rng = np.random.default_rng(seed)
    batch, regions, tokens = case["batch"], case["regions"], case["tokens"]
    output_dim = case.get("output_dim", case["query_dim"])
    leading = (batch,) if case.get("rank2") else (batch, regions)
    query = draw(rng, *leading, case["query_dim"])
    context = draw(rng, batch, tokens, case["context_dim"])
    weights = draw_weights(rng, case)
    cotangent = draw(rng, *leading, output_dim)
    mask = padding_mask(case)
    for tensor in (query, context, cotangent, *(weight for _, weight in weights)):
        assert_float32(tensor)

    result = run(case, case["reference"], query, context, mask, weights, cotangent)
    check_theory(case, result, mask, weights)
    difference = None
    if case["reference"] == MHA:
        difference = max_difference(result, run(case, EXPLICIT, query, context, mask, weights, cotangent))
        assert difference < AGREEMENT, f"{case['name']}: the two references differ by {difference}"
    return difference, {
        "name": case["name"],
        "reference": case["reference"],
        "args": {
            "numHeads": case["heads"], "keyDim": case["key_dim"], "outputDim": output_dim,
            "useBias": case.get("bias", True),
        },
        "query": stored(query),
        "context": stored(context),
        "paddingMask": None if mask is None else stored(mask.double()),
        "weights": [{"name": name, **stored(weight)} for name, weight in weights],
        "output": stored(result["output"]),
        "attentionScores": stored(result["scores"]),
        "cotangent": stored(cotangent),
        "gradients": {
            "query": stored(result["query"]),
            "context": stored(result["context"]),
            "weights": [
                {"name": name, **stored(gradient)} for (name, _), gradient in zip(weights, result["weights"])
            ],
        },
    }


def to_json(header, cases):
    """One field of a case to a line: small, and a change shows where it is."""
    compact = dict(separators=(",", ":"), allow_nan=False)
    lines = [f"{json.dumps(key)}:{json.dumps(value, **compact)}" for key, value in header.items()]
    bodies = [
        "{" + ",\n".join(f"{json.dumps(key)}:{json.dumps(value, **compact)}" for key, value in case.items()) + "}"
        for case in cases
    ]
    return "{" + ",\n".join(lines) + ',\n"cases":[\n' + ",\n".join(bodies) + "\n]}\n"


def main():
    parser = argparse.ArgumentParser(description="Writes the reference cases of VisionGuidedCrossAttention.")
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="where to write (default: test/fixtures)")
    out = parser.parse_args().out

    torch.set_num_threads(1)
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names)
    cases = []
    for index, case in enumerate(CASES):
        difference, built = build_case(case, seed=1000 + index)
        cases.append(built)
        checked = "" if difference is None else f"  (explicit matmuls differ by {difference:.1e})"
        print(f"{case['reference']:28} {case['name']}{checked}")
    header = {
        "generator": "tools/reference/attention.py",
        "torchVersion": torch.__version__,
        "numpyVersion": np.__version__,
        "pythonVersion": platform.python_version(),
    }
    text = to_json(header, cases)
    assert json.loads(text) == {**header, "cases": cases}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    print(f"{len(cases)} cases, {len(text.encode()) / 1000:.0f} kB: {out}")


if __name__ == "__main__":
    main()
