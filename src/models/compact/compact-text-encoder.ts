import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { embeddingBag, layerNorm } from '../../layers';
import { deriveSeed } from '../../random';
import { dense } from '../dense';

/** Options of {@link compactTextEncoder}. */
export interface CompactTextEncoderOptions {
  /** Ids of one token: its word and its character n-grams. */
  readonly gramsPerToken: number;
  /** Rows of the hashed embedding table. */
  readonly buckets: number;
  /**
   * Width of a token.
   * @defaultValue 64
   */
  readonly dim?: number;
  /**
   * Decides the initial weights.
   * @defaultValue 0
   */
  readonly seed?: number;
}

/**
 * Builds a small text encoder that trains from scratch: hashed word and character n-gram embeddings per token.
 *
 * Input: `gramIds` [batch, tokens, gramsPerToken] int32, 0 = padding, with as many tokens as the batch needs; see
 * `encodeCompactText`. Output: `tokens` [batch, tokens, dim].
 *
 * @example
 * ```ts
 * import { compactTextEncoder } from 'mvsa-fusion/models';
 *
 * const encoder = compactTextEncoder({ gramsPerToken: 12, buckets: 4096 });
 * console.log(encoder.outputs[0]?.shape); // [null, null, 64]
 * ```
 * @see Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", section 3.2
 */
export function compactTextEncoder(options: CompactTextEncoderOptions): LayersModel {
  const { gramsPerToken, buckets, dim = 64, seed = 0 } = options;
  const gramIds = input({ shape: [null, gramsPerToken], name: 'gramIds', dtype: 'int32' });
  const embedded = embeddingBag({
    name: 'text_encoder/embedding',
    inputDim: buckets,
    outputDim: dim,
    seed: deriveSeed(seed, 'embedding'),
  }).apply(gramIds) as SymbolicTensor;
  const hidden = dense({ name: 'text_encoder/hidden', units: dim, activation: 'relu', seed }).apply(embedded);
  const sum = layers.add({ name: 'text_encoder/residual' }).apply([embedded, hidden as SymbolicTensor]);
  const tokens = layerNorm({ name: 'text_encoder/norm', epsilon: 1e-5 }).apply(sum) as SymbolicTensor;
  return model({ inputs: gramIds, outputs: tokens, name: 'text_encoder' });
}
