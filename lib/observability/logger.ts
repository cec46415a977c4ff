/** The log as it is written: Powertools' logger, with lines of ours. */
import { LogFormatter, Logger, LogItem } from "@aws-lambda-powertools/logger";
import type {
  ConstructorOptions,
  LogAttributes,
  UnformattedAttributes,
} from "@aws-lambda-powertools/logger/types";

export function createLogger(options: Pick<ConstructorOptions, "logLevel"> = {}): Logger {
  return new Logger({ ...options, logFormatter: new LineFormatter() });
}

/**
 * Each byte of a line is paid for with each event. So a line says nothing that its log group says already (service, stack,
 * function), nothing of the function's settings, and no trace while none is recorded.
 *
 * @see https://docs.aws.amazon.com/powertools/typescript/latest/features/logger/#custom-log-formatter-bring-your-own-formatter
 */
class LineFormatter extends LogFormatter {
  override formatAttributes(
    { logLevel, message, timestamp, lambdaContext }: UnformattedAttributes,
    fields: LogAttributes,
  ): LogItem {
    const attributes = {
      level: logLevel,
      message,
      timestamp: this.formatTimestamp(timestamp),
      function_request_id: lambdaContext?.awsRequestId,
      ...(lambdaContext?.coldStart && { cold_start: true }),
      ...fields,
    };
    return new LogItem({ attributes });
  }
}
