import { getMetadataStorage, ValidationTypes, type ValidationArguments } from 'class-validator';

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** Whether a body keeps a rule. */
type Rule = (body: object, value: unknown) => boolean;

interface Field {
  readonly name: string;
  /** The rules count only where these hold, such as `@IsOptional()`. */
  readonly conditions: Rule[];
  readonly rules: Rule[];
}

/**
 * The class-validator rules of a type, found once: `validateSync` looks them up and makes an error for each field every
 * time, a quarter of what a job costs beside its SQS calls. Says only whether all of them hold; what is wrong, and with a
 * body of kinds of rules that are not known here, `validateSync` has to say.
 */
export class Rules {
  private readonly fields = new Map<string, Field>();
  private readonly known: boolean;

  constructor(private readonly type: new () => object) {
    const all = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
    this.known = all.map((metadata) => this.take(metadata)).every(Boolean);
  }

  get names(): string[] {
    return [...this.fields.keys()];
  }

  /** True only if `validateSync` would find nothing. */
  allHold(body: object): boolean {
    if (!this.known || this.fields.size === 0) return false;
    for (const { name, conditions, rules } of this.fields.values()) {
      const value: unknown = Reflect.get(body, name);
      if (conditions.every((holds) => holds(body, value)) && !rules.every((holds) => holds(body, value))) return false;
    }
    return true;
  }

  /** False for a kind of rule that is not known here. */
  private take(metadata: Metadata): boolean {
    const { type, propertyName: name, each, validateIf } = metadata;
    const field = this.fields.get(name) ?? { name, conditions: [], rules: [] };
    this.fields.set(name, field);
    if (each || validateIf !== undefined || metadata.context !== undefined) return false;
    if (type === ValidationTypes.CONDITIONAL_VALIDATION) {
      field.conditions.push((metadata.constraints as [Rule])[0]);
      return true;
    }
    const rules = type === ValidationTypes.CUSTOM_VALIDATION ? this.rulesOf(metadata) : undefined;
    field.rules.push(...(rules ?? []));
    return rules !== undefined;
  }

  /** Undefined where one of them has to be waited for. */
  private rulesOf(metadata: Metadata): Rule[] | undefined {
    const { propertyName: property, constraintCls } = metadata;
    const constraints = metadata.constraints as unknown[];
    const found = getMetadataStorage().getTargetValidatorConstraints(constraintCls);
    if (found.some((constraint) => constraint.async)) return undefined;
    return found.map(({ instance }) => (object, value) => {
      const facts: ValidationArguments = { targetName: this.type.name, property, object, value, constraints };
      return instance.validate(value, facts) === true;
    });
  }
}
