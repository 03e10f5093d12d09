package io.sluice.model;

import java.time.LocalDate;
import java.util.List;

/**
 * What {@code models.versions} records of a trained version of a model.
 *
 * @param version its number, from 1
 * @param candidate the name of the candidate that was chosen
 * @param heldOutUntil the last day of its holdout
 * @param merit what the gate compares; more is better
 * @param threshold from which score on it says yes
 * @param passed whether the gate lets it be promoted
 * @param reasons why the gate does not
 * @param files its pipeline's folder below {@code models/_files}
 * @param digest SHA-256 of that folder's files, in hexadecimal digits
 * @param card a {@link Card} as JSON
 */
public record ModelVersion(
    String model,
    int version,
    String candidate,
    LocalDate heldOutUntil,
    double merit,
    double threshold,
    boolean passed,
    List<String> reasons,
    String files,
    String digest,
    String card) {}
