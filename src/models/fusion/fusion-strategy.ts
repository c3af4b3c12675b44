import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** The two projected streams that a strategy fuses. */
export interface FusionStreams {
  /** [batch, tokens, dim] */
  readonly tokens: SymbolicTensor;
  /** [batch, tokens]; 1 = real, 0 = padding */
  readonly paddingMask: SymbolicTensor;
  /** [batch, regions, dim] */
  readonly regions: SymbolicTensor;
}

/** What a strategy may choose. */
export interface FusionSettings {
  /** Prefix of every layer name. */
  readonly name: string;
  /** Width of the streams and of the fused vector. */
  readonly dim: number;
  readonly numHeads: number;
  readonly residual: boolean;
  readonly dropout: number;
  readonly seed: number;
}

/** One way to make a single vector out of both streams. */
export interface FusionStrategy {
  /** Whether it reads the tokens. */
  readonly usesText: boolean;
  /** Whether it reads the regions. */
  readonly usesImage: boolean;
  /** Builds the fused vector [batch, dim]. */
  fuse(streams: FusionStreams, settings: FusionSettings): SymbolicTensor;
}
