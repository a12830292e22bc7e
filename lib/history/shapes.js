'use strict';

// What a message is in its conversation: who speaks, whether it starts a turn, which tool calls it makes
// and which it answers. Reads the shapes of Anthropic's Messages, OpenAI's Chat Completions and Responses,
// Google's Gemini, and those of the AI SDK and Bedrock, which differ in names only.

const { FLAG } = require('./native');
const { slotOf, textAt } = require('./texts');

/** @typedef {{ flags: number, calls: string[], answers: string[] }} Shape */

/**
 * Calls and answers that carry no id (Gemini, OpenAI's old functions) are matched by name: an answer belongs
 * to the message that made a call of that name last. It depends on nothing but the message, so that every
 * thread and every look says the same.
 * @param {unknown} name
 */
function idOfName(name) {
  return `\u0000${String(name)}`;
}

/**
 * An approval is a question of its own, asked in one message and answered in another. Its id may be that of a call.
 * @param {string[]} ids @param {unknown} id
 */
function addApproval(ids, id) {
  if (typeof id === 'string' && id !== '') ids.push(`\u0001${id}`);
}

/**
 * The flags of a message that is nothing but a role and a text.
 * @param {string} role
 */
function simpleFlags(role) {
  switch (role) {
    case 'user':
      return FLAG.USER | FLAG.TURN;
    case 'assistant':
    case 'model':
      return FLAG.ASSISTANT;
    case 'system':
    case 'developer':
      return FLAG.SYSTEM;
    case 'tool':
    case 'function':
      return FLAG.RESULT;
    default:
      return 0;
  }
}

/**
 * @param {any} message
 * @returns {Shape}
 */
function shapeOf(message) {
  /** @type {string[]} */
  const calls = [];
  /** @type {string[]} */
  const answers = [];
  const { role } = message;
  let others = 0;

  const slot = slotOf(message);
  const content = slot !== undefined && textAt(message, slot, 'content') !== undefined ? '' : message.content;
  for (const parts of [content, message.parts]) {
    if (!Array.isArray(parts)) continue;
    // As many as there are: a getter of one may add others.
    const { length } = parts;
    for (let at = 0; at < length; at += 1) {
      const part = parts[at];
      if (typeof part === 'object' && part !== null && readPart(part, calls, answers)) continue;
      others += 1;
    }
  }
  if (Array.isArray(message.tool_calls)) {
    const { length } = message.tool_calls;
    for (let at = 0; at < length; at += 1) add(calls, message.tool_calls[at]?.id);
  }
  if (typeof message.function_call?.name === 'string') calls.push(idOfName(message.function_call.name));

  switch (role) {
    case 'system':
    case 'developer':
      return { flags: FLAG.SYSTEM, calls, answers };
    case 'assistant':
    case 'model':
      return { flags: FLAG.ASSISTANT, calls, answers };
    case 'tool':
    case 'function':
      if (answers.length === 0) {
        if (typeof message.tool_call_id === 'string') add(answers, message.tool_call_id);
        else if (typeof message.name === 'string') answers.push(idOfName(message.name));
      }
      return { flags: FLAG.RESULT, calls, answers };
    case 'user':
      if (answers.length > 0) return { flags: FLAG.USER | (others === 0 ? FLAG.RESULT : 0), calls, answers };
      return { flags: FLAG.USER | FLAG.TURN, calls, answers };
    default:
      return itemShape(message, calls, answers);
  }
}

/**
 * One part of a message's content. Answers whether it is a tool result, or the answer to a question about a call.
 *
 * @param {any} part @param {string[]} calls @param {string[]} answers
 */
function readPart(part, calls, answers) {
  const { type, functionCall, functionResponse, toolUse, toolResult } = part;
  switch (type) {
    case 'tool_use': // Anthropic; calls of its own servers are answered in the same message
      add(calls, part.id);
      return false;
    case 'tool_result':
      add(answers, part.tool_use_id);
      return true;
    case 'tool-call': // AI SDK
      add(calls, part.toolCallId);
      return false;
    case 'tool-result':
      // Beside the call it answers a tool that the provider ran.
      if (calls.includes(part.toolCallId)) {
        calls.splice(calls.indexOf(part.toolCallId), 1);
        return false;
      }
      add(answers, part.toolCallId);
      return true;
    case 'tool-approval-request':
      addApproval(calls, part.approvalId);
      return false;
    case 'tool-approval-response':
      addApproval(answers, part.approvalId);
      return true;
    default:
  }
  if (isObject(functionCall)) calls.push(idOf(functionCall) ?? idOfName(functionCall.name));
  if (isObject(toolUse)) add(calls, toolUse.toolUseId);
  if (isObject(functionResponse)) {
    answers.push(idOf(functionResponse) ?? idOfName(functionResponse.name));
    return true;
  }
  if (isObject(toolResult)) {
    add(answers, toolResult.toolUseId);
    return true;
  }
  return false;
}

/**
 * OpenAI's Responses: calls and their outputs are items of their own, without a role.
 *
 * @param {any} item @param {string[]} calls @param {string[]} answers
 * @returns {Shape}
 */
function itemShape(item, calls, answers) {
  const { type } = item;
  if (typeof type !== 'string') return { flags: 0, calls, answers };
  if (type.endsWith('_output')) {
    add(answers, item.call_id);
    return { flags: FLAG.RESULT, calls, answers };
  }
  if (type.endsWith('_call')) add(calls, item.call_id);
  return { flags: FLAG.ASSISTANT, calls, answers };
}

/** @param {unknown} value @returns {value is Record<string, any>} */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}

/** @param {any} call */
function idOf(call) {
  return typeof call.id === 'string' && call.id !== '' ? call.id : undefined;
}

/** @param {string[]} ids @param {unknown} id */
function add(ids, id) {
  if (typeof id === 'string' && id !== '') ids.push(id);
}

/**
 * Ids as they cross the boundary: one string, a line each.
 * @param {string[]} ids
 */
function joinIds(ids) {
  if (ids.length === 0) return '';
  return ids.map((id) => (id.includes('\n') || id.startsWith('"') ? JSON.stringify(id) : id)).join('\n');
}

exports.joinIds = joinIds;
exports.shapeOf = shapeOf;
exports.simpleFlags = simpleFlags;
