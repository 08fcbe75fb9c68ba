import { Args } from '@oclif/core';
import { ExrCommand, outputFlags } from '../base-command.ts';
export default class Inspect extends ExrCommand {
  static override args = { path: Args.string() };
  static override strict = false;
  static override flags = { ...outputFlags };
  async run(): Promise<void> {
    const { argv } = await this.parse(Inspect);
    console.log(argv);
  }
}
