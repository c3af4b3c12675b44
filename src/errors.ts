/**
 * Base class of every error that this library throws on purpose.
 *
 * Each message says what was expected, what was received and what to do. Bugs surface as other errors.
 */
export class MvsaFusionError extends Error {
  override name = 'MvsaFusionError';
}

/** Tensors or arrays whose ranks, dimensions or lengths do not fit together. */
export class ShapeError extends MvsaFusionError {
  override name = 'ShapeError';
}

/** An option or argument whose value is out of its range. */
export class OptionError extends MvsaFusionError {
  override name = 'OptionError';
}

/** Files of a data set that are missing, unreadable or not in the expected layout. */
export class DataError extends MvsaFusionError {
  override name = 'DataError';
}

/** An optional package that is absent or broken; the message holds the install command. */
export class DependencyError extends MvsaFusionError {
  override name = 'DependencyError';
}

/** No usable TensorFlow.js backend, or two copies of TensorFlow.js in one process. */
export class BackendError extends MvsaFusionError {
  override name = 'BackendError';
}

/** Training that cannot go on, such as a loss that is not finite. */
export class TrainingError extends MvsaFusionError {
  override name = 'TrainingError';
}
