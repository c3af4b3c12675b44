import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { layerNorm, visionGuidedCrossAttention } from '../../layers';
import { deriveSeed } from '../../random';
import type { FusionSettings } from './fusion-strategy';

/**
 * LayerNorm(query + attention), or LayerNorm(attention) without the residual.
 *
 * @param query [batch, queries, dim]
 * @param context [batch, keys, dim], with its padding mask [batch, keys] if it has padding
 * @returns [batch, queries, dim]
 */
export function crossAttend(
  query: SymbolicTensor,
  context: readonly SymbolicTensor[],
  { name, numHeads, residual, dropout, seed }: FusionSettings,
): SymbolicTensor {
  const attention = visionGuidedCrossAttention({
    name: `${name}/attention`,
    numHeads,
    dropout,
    seed: deriveSeed(seed, 'attention'),
  }).apply([query, ...context]) as SymbolicTensor;
  const sum = residual
    ? (layers.add({ name: `${name}/residual` }).apply([query, attention]) as SymbolicTensor)
    : attention;
  return layerNorm({ name: `${name}/norm`, epsilon: 1e-5 }).apply(sum) as SymbolicTensor;
}
