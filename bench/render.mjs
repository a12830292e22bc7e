// The sections on the terminal and as Markdown.

import Table from 'cli-table3';

const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
const WIDTH = 118;
const MOST = 48;

/** @param {string} code @param {string} text */
function paint(code, text) {
  return colour ? `\u001B[${code}m${text}\u001B[0m` : text;
}

/** @param {string} cell */
function mark(cell) {
  if (cell.startsWith('✔')) return paint('32', cell);
  return cell.startsWith('✘') ? paint('31', cell) : cell;
}

/** Numbers stand right, so that they can be compared. @param {string[][]} rows @param {number} column */
function isNumeric(rows, column) {
  return rows.every((row) => /^([\d.,–]|$)/.test(row[column]));
}

/** Lines no longer than a terminal. @param {string} text */
function wrapped(text) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line.length + word.length < WIDTH) lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.join('\n');
}

/** @param {import('./report.mjs').Section[]} sections */
export function terminal(sections) {
  return sections.map(({ title, text = [], head, rows = [] }) => {
    const parts = [`\n${paint('1', title)}`, ...text.map(wrapped)];
    if (head !== undefined) {
      const table = new Table({
        head: head.map((cell) => cell.replace(/ ÷ |, |: /g, (between) => `${between.trimEnd()}\n`)),
        style: { head: [], border: [], compact: true },
        // What is text may break, so that a table fits into a terminal.
        wordWrap: true,
        colWidths: head.map((_, column) => (Math.max(...rows.map((row) => row[column].length)) > MOST ? MOST + 2 : null)),
        colAligns: head.map((_, column) => (isNumeric(rows, column) ? 'right' : 'left')),
      });
      table.push(...rows.map((row) => row.map(mark)));
      parts.push(table.toString());
    }
    return parts.join('\n');
  }).join('\n');
}

/** @param {import('./report.mjs').Section[]} sections */
export function markdown(sections) {
  return sections.map(({ title, text = [], head, rows = [] }) => {
    const parts = [`## ${title}`, '', head === undefined ? text.map((line) => `- ${line}`).join('\n') : text.join('\n'), ''];
    if (head !== undefined) {
      const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
      parts.push(line(head), line(head.map((_, column) => (isNumeric(rows, column) ? '--:' : '---'))), ...rows.map(line), '');
    }
    return parts.join('\n');
  }).join('\n');
}
