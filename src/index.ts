export * from './backend';
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
