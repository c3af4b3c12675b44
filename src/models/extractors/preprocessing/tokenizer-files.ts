import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../../errors';
import type { BertNormalizerConfig } from './bert-text';

/** What this library reads of a tokenizer.json; the rest is for the package. */
export interface TokenizerJson {
  readonly normalizer: ({ readonly type: string } & BertNormalizerConfig) | null;
  readonly pre_tokenizer: { readonly type: string } | null;
  readonly added_tokens: readonly { readonly content: string; readonly normalized?: boolean }[];
  readonly model: object;
}

/** What this library reads of a tokenizer_config.json. */
interface TokenizerConfig {
  readonly tokenizer_class?: string;
  readonly model_max_length?: number;
}

/** The two files of a tokenizer. */
interface TokenizerFiles {
  readonly tokenizer: TokenizerJson;
  readonly config: TokenizerConfig;
  /** SHA-256 of both files, in hexadecimal. */
  readonly hash: string;
}

/**
 * Reads tokenizer.json and tokenizer_config.json from a folder.
 *
 * @throws {@link DataError} when one is missing or is not what its name says.
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const hash = createHash('sha256');
  const read = async (name: string): Promise<Record<string, unknown>> => {
    const file = join(folder, name);
    const bytes = await readFile(file).catch((cause: Error) => {
      throw new DataError(
        `${file}: expected a tokenizer's file, which cannot be read: ${cause.message}. A model folder holds tokenizer.json and tokenizer_config.json, as save_pretrained of transformers' fast tokenizers writes them.`,
        { cause },
      );
    });
    // The length first, so that no byte can move from one file to the other.
    hash.update(`${bytes.length}:`).update(bytes);
    let json: unknown;
    try {
      json = JSON.parse(bytes.toString('utf8'));
    } catch (cause) {
      throw new DataError(`${file}: expected JSON: ${(cause as Error).message}. Copy the file again.`, {
        cause,
      });
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new DataError(`${file}: expected a JSON object, received ${JSON.stringify(json).slice(0, 40)}.`);
    }
    return json as Record<string, unknown>;
  };
  const tokenizer = await read('tokenizer.json');
  const config = await read('tokenizer_config.json');
  const { model, added_tokens: addedTokens = [] } = tokenizer;
  const isList =
    Array.isArray(addedTokens) && addedTokens.every((token) => typeof token?.content === 'string');
  if (typeof model !== 'object' || model === null || !isList) {
    throw new DataError(
      `${join(folder, 'tokenizer.json')}: expected "model" and "added_tokens" as the tokenizers package writes them, received the keys ${Object.keys(tokenizer).join(', ') || '(none)'}.`,
    );
  }
  const parts = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  return {
    tokenizer: { ...parts, ...tokenizer, added_tokens: addedTokens } as unknown as TokenizerJson,
    config: config as TokenizerConfig,
    hash: hash.digest('hex'),
  };
}
