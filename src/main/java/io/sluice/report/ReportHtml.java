package io.sluice.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Shows a {@link ReportPage} as one HTML file that loads nothing and runs no script, by the
 * templates in {@code src/main/jte/report}, which the build compiles into this package.
 *
 * <p>Guarantee: the template engine escapes every value.
 */
final class ReportHtml {
  private static final TemplateEngine TEMPLATES =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, ReportHtml.class.getClassLoader(), "io.sluice");

  private ReportHtml() {}

  static String of(ReportPage page) {
    StringOutput out = new StringOutput();
    TEMPLATES.render("report/page.jte", page, out);
    return Text.visible(out.toString());
  }

  /** The page's style sheet, which goes into it as it stands. */
  static String styleSheet() {
    try (InputStream in = ReportHtml.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
