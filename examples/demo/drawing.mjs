// What the pictures are drawn with, here and in the benchmark. By hand, because a chart library would weigh
// more than what it shows.

export const INK = '#1f2933';
export const FAINT = '#5f6b76';

/** @param {number} width @param {number} height @param {string} title @param {readonly string[]} parts */
export function sheet(width, height, title, parts) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="13" fill="${INK}">
<title>${title}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

/** @param {number} x @param {number} y @param {string} content @param {string} style */
export function text(x, y, content, style) {
  return `<text x="${round(x)}" y="${round(y)}" ${style}>${content}</text>`;
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {string} style */
export function line(x1, y1, x2, y2, style) {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${style}/>`;
}

/** A line of a grid; the one at zero is the axis. @param {number} left @param {number} right @param {number} y @param {number} amount */
export function gridLine(left, right, y, amount) {
  return line(left, y, right, y, `stroke="#9aa5b1" stroke-opacity="${amount === 0 ? 1 : 0.35}"`);
}

/** Tenths of a pixel are enough. @param {number} number */
export function round(number) {
  return Number(number.toFixed(1));
}

/** The next round step that is no less. @param {number} least */
export function stepFor(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? least;
}
