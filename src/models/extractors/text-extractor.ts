import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, OptionError } from '../../errors';
import { checkOptionNames } from '../../options/check-option-names';
import {
  EXTRACTOR_OPTIONS,
  type ExtractorOptions,
  modelFileOptions,
  originOf,
  type TextExtractor,
  type TextFeatures,
} from './feature-extractor';
import { resolveModelFiles } from './hub/resolve-model-files';
import { findTextOutputs } from './onnx/find-text-outputs';
import type { OnnxTensor } from './runtime/onnx-session';
import { openOnnxFeatures } from './runtime/open-onnx-features';

/** Options of {@link textExtractor} and {@link bertExtractor}. */
export interface TextExtractorOptions extends ExtractorOptions {
  /**
   * The most token ids of a text, special tokens included; longer texts are cut.
   * @defaultValue 64: the article's
   */
  readonly maxLength?: number;
  /**
   * What `pooled` is: the vector of the first token, or the mean over all real tokens (as sentence-transformers' models want).
   * @defaultValue `'cls'`
   */
  readonly pooling?: 'cls' | 'mean';
  /**
   * The name of the tensor [batch, tokens, dim] in the ONNX graph, where it cannot be found.
   * @defaultValue found in the graph
   */
  readonly tokensTensor?: string;
}

const TEXT_EXTRACTOR_OPTIONS: Readonly<Record<keyof TextExtractorOptions, true>> = {
  maxLength: true,
  pooling: true,
  tokensTensor: true,
  ...EXTRACTOR_OPTIONS,
};

const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json'];

/**
 * Loads a frozen text model of the BERT family from an ONNX export, whatever head it ends in.
 *
 * The last hidden state is found in the graph and the head behind it is left out. Numbers equal those of PyTorch and
 * `transformers` with the same weights within 1e-4, one text or many in a batch.
 *
 * @param source a local folder, or the id of a model on the Hugging Face hub; it holds `onnx/model.onnx`, `tokenizer.json` and
 *   `tokenizer_config.json`
 * @throws {@link DependencyError} when neither `@huggingface/transformers` nor `@xenova/transformers` is installed.
 * @throws {@link DataError} when files are missing, damaged, or of a model without a last hidden state; when a download fails.
 * @throws {@link OptionError} for an option that is unknown or out of range.
 * @example
 * ```ts
 * import { textExtractor } from 'mvsa-fusion/models';
 *
 * const text = await textExtractor('./models/all-minilm-l6-v2', { pooling: 'mean' });
 * const [features] = await text.run([text.tokenize('a sunny day')]);
 * console.log(text.dim, features?.tokens.length); // 384 1920: five tokens, [CLS] and [SEP] among them
 * ```
 */
export async function textExtractor(
  source: string,
  options: TextExtractorOptions = {},
): Promise<TextExtractor> {
  checkOptionNames('textExtractor', options, TEXT_EXTRACTOR_OPTIONS);
  const { maxLength = 64, pooling = 'cls', modelFile = 'onnx/model.onnx', tokensTensor } = options;
  if (!Number.isInteger(maxLength) || maxLength < 3) {
    throw new OptionError(`maxLength: expected a whole number of at least 3, received ${maxLength}.`);
  }
  if (pooling !== 'cls' && pooling !== 'mean') {
    throw new OptionError(`pooling: expected 'cls' or 'mean', received '${pooling}'.`);
  }
  const { folder } = await resolveModelFiles(source, {
    ...modelFileOptions(options),
    files: [modelFile, ...TOKENIZER_FILES],
  });
  const { runtime, session, isDynamicallyQuantized, config } = await openOnnxFeatures(
    join(folder, modelFile),
    (model) => ({
      tokens: findTextOutputs(model, tokensTensor ? { tokens: tokensTensor } : {}).tokens.tensor,
    }),
    options,
  );
  const tokenizer = await runtime.loadTokenizer(folder);
  if (tokenizer.maxLength !== null && maxLength > tokenizer.maxLength) {
    throw new OptionError(
      `maxLength: expected at most ${tokenizer.maxLength}, what ${source} takes, received ${maxLength}.`,
    );
  }

  const runPadded = async (batch: readonly (readonly number[])[]): Promise<TextFeatures[]> => {
    const { longest, values } = padded(batch, tokenizer.padTokenId);
    const feeds: Record<string, OnnxTensor> = {};
    for (const name of session.inputNames) {
      const data = values[name];
      if (!data) {
        throw new DataError(
          `${source}: expected the inputs ${Object.keys(values).join(', ')}, received a model that also wants ${name}. Export the text encoder alone.`,
        );
      }
      feeds[name] = new runtime.ort.Tensor('int64', data, [batch.length, longest]);
    }
    const { tokens } = await session.run(feeds);
    return split(tokens, batch, longest, source, pooling);
  };
  const run = async (batch: readonly (readonly number[])[]) => {
    if (batch.length === 0 || batch.some(({ length }) => length === 0)) {
      throw new OptionError(
        'run: expected the token ids of at least one text, none of them empty. Use tokenize.',
      );
    }
    if (!isDynamicallyQuantized) return runPadded(batch);
    // Its numbers would depend on the other texts and on padding.
    const features: TextFeatures[] = [];
    for (const ids of batch) features.push(...(await runPadded([ids])));
    return features;
  };

  const tokenize = (text: string) => Array.from(tokenizer.encode(text, maxLength));
  // One run tells the width, and that the model does run.
  const [probe] = (await run([tokenize('')])) as [TextFeatures];
  return {
    name: source,
    dim: probe.pooled.length,
    maxLength,
    config: { ...config, tokenizer: tokenizer.hash, maxLength, pooling, isDynamicallyQuantized },
    origin: originOf('textExtractor', source, options, ['maxLength', 'pooling', 'tokensTensor']),
    tokenize,
    run,
    dispose: () => session.dispose(),
  };
}

/** The inputs of a BERT for texts of different lengths: [texts, longest], row by row. */
function padded(
  batch: readonly (readonly number[])[],
  padTokenId: number,
): { longest: number; values: Readonly<Record<string, BigInt64Array>> } {
  const longest = Math.max(...batch.map(({ length }) => length));
  const size = batch.length * longest;
  const tokenIds = new BigInt64Array(size).fill(BigInt(padTokenId));
  const paddingMask = new BigInt64Array(size);
  for (const [row, ids] of batch.entries()) {
    for (const [at, id] of ids.entries()) tokenIds[row * longest + at] = BigInt(id);
    paddingMask.fill(1n, row * longest, row * longest + ids.length);
  }
  return {
    longest,
    values: { input_ids: tokenIds, attention_mask: paddingMask, token_type_ids: new BigInt64Array(size) },
  };
}

/** Cuts the padding off and pools each text. */
function split(
  output: OnnxTensor | undefined,
  batch: readonly (readonly number[])[],
  longest: number,
  source: string,
  pooling: 'cls' | 'mean',
): TextFeatures[] {
  const dim = output?.dims[2] ?? 0;
  if (
    output?.dims.length !== 3 ||
    output.dims[0] !== batch.length ||
    output.dims[1] !== longest ||
    !(output.data instanceof Float32Array)
  ) {
    throw new DataError(
      `${source}: expected features [${batch.length}, ${longest}, dim] in float32, received ${output?.type} [${output?.dims.join(', ')}]. Name the tensor with tokensTensor.`,
    );
  }
  const all = output.data;
  return batch.map(({ length }, row) => {
    const start = row * longest * dim;
    // A copy: the whole batch would stay in memory behind a view.
    const tokens = all.slice(start, start + length * dim);
    return { tokens, pooled: pooling === 'cls' ? tokens.slice(0, dim) : meanOf(tokens, length, dim) };
  });
}

function meanOf(tokens: Float32Array, length: number, dim: number): Float32Array {
  const mean = new Float32Array(dim);
  for (let column = 0; column < dim; column++) {
    let sum = 0;
    for (let row = 0; row < length; row++) sum += tokens[row * dim + column] as number;
    mean[column] = sum / length;
  }
  return mean;
}

/**
 * Loads a frozen BERT from an ONNX export: {@link textExtractor} for a model that `config.json` calls a `bert`.
 *
 * @param source a local folder, or the id of a model on the Hugging Face hub, such as `Xenova/bert-base-uncased`
 * @throws {@link DataError} when `config.json` names another kind of model; else as {@link textExtractor}.
 * @example
 * ```ts
 * import { bertExtractor } from 'mvsa-fusion/models';
 *
 * const text = await bertExtractor('Xenova/bert-base-uncased', { revision: 'main', maxLength: 64 });
 * const [features] = await text.run([text.tokenize('@user so happy #sunny')]);
 * console.log(text.dim, features?.pooled.length); // 768 768
 * ```
 * @see Devlin et al. 2018, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding"
 */
export async function bertExtractor(
  source: string,
  options: TextExtractorOptions = {},
): Promise<TextExtractor> {
  checkOptionNames('bertExtractor', options, TEXT_EXTRACTOR_OPTIONS);
  const { folder } = await resolveModelFiles(source, {
    ...modelFileOptions(options),
    files: ['config.json'],
  });
  const file = join(folder, 'config.json');
  let kind: unknown;
  try {
    kind = (JSON.parse(await readFile(file, 'utf8')) as { model_type?: unknown }).model_type;
  } catch (cause) {
    throw new DataError(`${file}: expected JSON, received ${(cause as Error).message}.`, { cause });
  }
  if (kind !== 'bert') {
    throw new DataError(
      `${file}: expected model_type "bert", received ${JSON.stringify(kind)}. Use textExtractor for other models of its family.`,
    );
  }
  return textExtractor(source, options);
}
