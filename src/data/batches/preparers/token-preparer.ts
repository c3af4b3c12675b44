import { normalizeText } from '../../text/normalize-text';
import type { TextOptions, TextPreset } from '../../text/text-options';
import { padRows } from '../pad-rows';
import { encodeText, type Tokenizer } from '../tokenizer';
import type { TextPreparer } from './post-preparer';

/** How texts become token ids. */
interface TokenPreparerOptions {
  readonly tokenizer: Tokenizer;
  /** The most token ids of a text. */
  readonly maxLength: number;
  /** Whether each row has `maxLength` columns, or those of the longest text of its batch. */
  readonly padding: 'fixed' | 'dynamic';
  readonly normalize: TextOptions | TextPreset;
}

/** Makes `tokenIds` [batch, tokens] and `paddingMask` [batch, tokens] from texts; a missing text is an empty one. */
export function tokenPreparer({
  tokenizer,
  maxLength,
  padding,
  normalize,
}: TokenPreparerOptions): TextPreparer {
  return {
    inputNames: ['tokenIds', 'paddingMask'],
    async prepare(texts) {
      const rows = texts.map((text) =>
        encodeText(tokenizer, normalizeText(text ?? '', normalize), maxLength),
      );
      return {
        problems: rows.map(() => null),
        async batch(indices, inputNames) {
          const { tensor2d } = await import('@tensorflow/tfjs-core');
          const { values, paddingMask, positions } = padRows(
            Int32Array,
            indices.map((index) => rows[index] as readonly number[]),
            1,
            { fill: tokenizer.padTokenId, ...(padding === 'fixed' && { positions: maxLength }) },
          );
          const shape: [number, number] = [indices.length, positions];
          return {
            ...(inputNames.includes('tokenIds') && { tokenIds: tensor2d(values, shape, 'int32') }),
            ...(inputNames.includes('paddingMask') && {
              paddingMask: tensor2d(paddingMask, shape, 'float32'),
            }),
          };
        },
      };
    },
  };
}
