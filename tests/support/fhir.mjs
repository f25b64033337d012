// Validates each resource of a line (JSON) with npm's fhir, which knows the structure and the value sets of R4.
import { createInterface } from "node:readline"

import fhir from "fhir"

const validator = new fhir.Fhir()
for await (const line of createInterface({ input: process.stdin })) {
  const { messages } = validator.validate(JSON.parse(line), { errorOnUnexpected: true })
  // A binding that is extensible, preferred or an example warns; what must not be is an error.
  const wrong = messages.filter((each) => ["error", "fatal"].includes(each.severity))
  process.stdout.write(`${JSON.stringify(wrong.map((each) => `${each.location}: ${each.message}`))}\n`)
}
