import { AwsError } from '../../service.ts'

/** The refusal that Certificate Manager gives for what breaks a rule. */
export function validationException(message: string): AwsError {
  return new AwsError('ValidationException', message)
}
