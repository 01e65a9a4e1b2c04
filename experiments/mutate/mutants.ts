import ts from 'typescript';

/** One small change of a source file that a test should notice. */
export interface Mutant {
  readonly line: number;
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  /** What stands there, and what it becomes. */
  readonly before: string;
  readonly after: string;
}

type Change = Pick<Mutant, 'operator' | 'after'>;

const SWAPPED = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '/'],
  [ts.SyntaxKind.SlashToken, '*'],
  [ts.SyntaxKind.PlusEqualsToken, '-='],
  [ts.SyntaxKind.MinusEqualsToken, '+='],
]);

/** Calls whose removal changes what is said, and nothing that is done. */
const SAYS = /^(?:void )?(?:this\.)?logger\./;

const isCondition = (node: ts.Node): boolean => {
  const { parent } = node;
  if (ts.isConditionalExpression(parent) || ts.isForStatement(parent)) return parent.condition === node;
  return (
    (ts.isIfStatement(parent) || ts.isWhileStatement(parent) || ts.isDoStatement(parent)) && parent.expression === node
  );
};

/** A word that is an answer. */
const isAnswer = (node: ts.Node): boolean =>
  ts.isStringLiteral(node) &&
  (ts.isReturnStatement(node.parent) || ts.isConditionalExpression(node.parent) || ts.isArrowFunction(node.parent));

function changeOf(node: ts.Node): Change | undefined {
  if (ts.isAwaitExpression(node)) return { operator: 'await dropped', after: node.expression.getText() };
  if (isAnswer(node)) return { operator: 'word', after: "''" };
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return { operator: 'negation dropped', after: node.operand.getText() };
  }
  if (isCondition(node) && operatorOf(node) === undefined) {
    return { operator: 'condition negated', after: `!(${node.getText()})` };
  }
  return constantOf(node) ?? removalOf(node);
}

function constantOf({ kind }: ts.Node): Change | undefined {
  if (kind === ts.SyntaxKind.TrueKeyword) return { operator: 'constant', after: 'false' };
  return kind === ts.SyntaxKind.FalseKeyword ? { operator: 'constant', after: 'true' } : undefined;
}

function removalOf(node: ts.Node): Change | undefined {
  const isJump = ts.isBreakStatement(node) || ts.isContinueStatement(node);
  const isReturn = ts.isReturnStatement(node) && !node.expression;
  return isJump || isReturn || ts.isExpressionStatement(node) ? { operator: 'removed', after: ';' } : undefined;
}

function operatorOf(node: ts.Node): string | undefined {
  return ts.isBinaryExpression(node) ? SWAPPED.get(node.operatorToken.kind) : undefined;
}

/** Every mutant of a source, in its order. Types, imports and what is only logged are left alone. */
export function mutantsOf(source: string, name = 'source.ts'): Mutant[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const add = (node: ts.Node, { operator, after }: Change): void => {
    const start = node.getStart();
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    mutants.push({ line, operator, start, end: node.getEnd(), before: node.getText(), after });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node)) return;
    if (ts.isExpressionStatement(node) && SAYS.test(node.getText())) return;
    const change = changeOf(node);
    if (change) add(node, change);
    const swapped = operatorOf(node);
    if (swapped !== undefined && ts.isBinaryExpression(node)) {
      add(node.operatorToken, { operator: 'operator swapped', after: swapped });
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  return mutants;
}

export const apply = (source: string, { start, end, after }: Mutant): string =>
  source.slice(0, start) + after + source.slice(end);
