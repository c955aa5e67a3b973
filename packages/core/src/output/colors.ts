import pc from 'picocolors'

export type Colors = ReturnType<typeof pc.createColors>

/** Colours for a stream: none when it is no terminal, or a person asked for none (NO_COLOR, --no-color). */
export const colorsFor = (stream: { isTTY?: boolean }, wanted: boolean): Colors =>
  pc.createColors(wanted && stream.isTTY === true && pc.isColorSupported)
