import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { AppError } from './errors.ts';
import type { FaultPart } from './faults.ts';
import { schemaFaults } from './schema-faults.ts';

const PARTS: Readonly<Record<string, FaultPart>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
};

/** The framework's validator; what it refuses is E_REQUEST with the places of the faults. */
export const requestValidator: FastifySchemaCompiler<TSchema> = (route) => {
  const validate = TypeBoxValidatorCompiler(route);
  const { schema, httpPart = 'body' } = route;
  return (value: unknown) => {
    const judged = validate(value);
    if (typeof judged === 'object' && 'value' in judged) return judged;
    const converted = httpPart === 'body' ? value : Value.Convert(schema, value);
    return { error: new AppError('E_REQUEST', { faults: schemaFaults(schema, converted, PARTS[httpPart] ?? 'body') }) };
  };
};
