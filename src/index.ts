/**
 * All entries in one, for programs in Node. Each name is documented in the entry that it comes from; errors and the class
 * names of sentiment stand here.
 *
 * @module mvsa-fusion
 */

export * from './backend';
export * from './classifier';
export * from './data';
export {
  BackendError,
  DataError,
  DependencyError,
  MvsaFusionError,
  OptionError,
  ShapeError,
  TrainingError,
} from './errors';
export * from './layers';
export * from './metrics';
export * from './models';
export * from './report';
export * from './training';
export { type Progress, SENTIMENT_LABELS, type SentimentLabel } from './types';
