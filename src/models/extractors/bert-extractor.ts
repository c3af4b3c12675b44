import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../errors';
import { resolveModelFiles } from '../hub';
import { modelFileOptions } from './extractor-options';
import type { TextExtractor } from './feature-extractor';
import { type TextExtractorOptions, textExtractor } from './text-extractor';

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
