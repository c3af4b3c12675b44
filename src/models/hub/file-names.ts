import { DataError } from '../../errors';

/**
 * Refuses a file name that could lie outside the model's folder.
 *
 * @param name path within the model, with `/` between its parts, such as `onnx/model.onnx`
 * @throws {@link DataError} when it is absolute, empty, or has a part such as `..`.
 */
export function checkFileName(name: string): string {
  const parts = typeof name === 'string' ? name.split('/') : [];
  const isBad = (part: string) =>
    part === '' || part === '.' || part === '..' || /[\\:*?"<>|\p{Cc}]/u.test(part);
  if (parts.length === 0 || parts.some(isBad)) {
    throw new DataError(
      `model file: expected a path inside the model such as "onnx/model.onnx", received ${JSON.stringify(name)}.`,
    );
  }
  return name;
}

/** Whether a wanted name is a pattern: one that holds `*`. */
export function isPattern(name: string): boolean {
  return typeof name === 'string' && name.includes('*');
}

/** The names that a pattern fits: `*` stands for any characters but `/`, `**` for any. */
export function namesFitting(pattern: string, names: readonly string[]): string[] {
  const source = pattern
    .split(/(\*+)/)
    .map((part) => {
      if (/^\*+$/.test(part)) return part.length > 1 ? '.*' : '[^/]*';
      return part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  const fits = new RegExp(`^${source}$`, 's');
  return names.filter((name) => fits.test(name));
}
