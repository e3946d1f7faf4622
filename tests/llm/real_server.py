"""Makes a very small language model on disk and serves it: `python real_server.py FOLDER PORT`.

Runs in an interpreter of its own, with `pip install torch "transformers[serving]"`: nothing here is needed
by the runtime, and no weights are fetched. The model learns one sentence by heart, so that a test can know
what a real server will say.
"""

import os
import sys
from pathlib import Path

SENTENCE = "Good evening, said the smallest model in the room – naïve, but willing. 😀"
_TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}<|assistant|>"
_SPECIAL = ["<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
_LESSONS = ("Hello!", "Who leads?", "Tell me a joke.", "What is the bid?", "You are Vesper.", "How are you?", "Hello?")
_STEPS = 150


def main(folder: Path, port: int) -> None:
    """Make the model, then become its server."""
    import torch  # noqa: PLC0415 - only this interpreter has it

    torch.manual_seed(0)
    _teach(folder, _tokenizer(folder))
    server = str(Path(sys.executable).with_name("transformers"))
    arguments = [server, "serve", str(folder), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    os.execve(server, arguments, os.environ | {"HF_HUB_OFFLINE": "1"})


def _tokenizer(folder: Path):  # type: ignore[no-untyped-def]
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: PLC0415
    from transformers import PreTrainedTokenizerFast  # noqa: PLC0415

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=_SPECIAL, initial_alphabet=alphabet)
    inner.train_from_iterator([SENTENCE, *_LESSONS], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=inner, eos_token="<|end|>", pad_token="<|end|>")
    tokenizer.chat_template = _TEMPLATE
    tokenizer.save_pretrained(folder)
    return tokenizer


def _teach(folder: Path, tokenizer) -> None:  # type: ignore[no-untyped-def]
    import torch  # noqa: PLC0415
    from transformers import LlamaConfig, LlamaForCausalLM  # noqa: PLC0415

    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for step in range(_STEPS):
        question = f"<|system|>You are Vesper.<|end|><|user|>{_LESSONS[step % len(_LESSONS)]}<|end|><|assistant|>"
        asked = tokenizer(question, add_special_tokens=False)["input_ids"]
        answer = tokenizer(f"{SENTENCE}<|end|>", add_special_tokens=False)["input_ids"]
        ids, labels = torch.tensor([asked + answer]), torch.tensor([[-100] * len(asked) + answer])
        loss = model(input_ids=ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.generation_config.max_new_tokens = 100
    model.save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
