/**
 * Base class of every error that this library throws on purpose.
 *
 * Each message says what was expected, what was received and what to do. Bugs surface as other errors.
 */
export class MvsaFusionError extends Error {
  /** The class's name, as `instanceof` would find it. */
  override name = 'MvsaFusionError';
}

/** Tensors or arrays whose ranks, dimensions or lengths do not fit together. */
export class ShapeError extends MvsaFusionError {
  /** The class's name, as `instanceof` would find it. */
  override name = 'ShapeError';
}

/** An option or argument whose value is out of its range. */
export class OptionError extends MvsaFusionError {
  /** The class's name, as `instanceof` would find it. */
  override name = 'OptionError';
}

/** Files of a data set that are missing, unreadable or not in the expected layout. */
export class DataError extends MvsaFusionError {
  /** The class's name, as `instanceof` would find it. */
  override name = 'DataError';
}

/** An optional package that is absent or broken; the message holds the install command. */
export class DependencyError extends MvsaFusionError {
  /** The class's name, as `instanceof` would find it. */
  override name = 'DependencyError';
}

/** No usable TensorFlow.js backend, or two copies of TensorFlow.js in one process. */
export class BackendError extends MvsaFusionError {
  /** The class's name, as `instanceof` would find it. */
  override name = 'BackendError';
}

/** Training that cannot go on, such as a loss that is not finite. */
export class TrainingError extends MvsaFusionError {
  /** The class's name, as `instanceof` would find it. */
  override name = 'TrainingError';
}
