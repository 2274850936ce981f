#include "recordings/csv/texts.h"

namespace beatbench {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// Files from the field: what is right for each stands in the README of the cases.
class CsvFromTheField : public testing::Test {
 protected:
  Record read(const std::filesystem::path& path, CsvOptions options = {}) {
    options.on_warning = [this](const std::string& line) { warnings_.push_back(line); };
    return read_csv_recording(path, options);
  }

  static void expect_lead(const Record& record, const std::string& name, const std::string& units, double rate_hz,
                          std::size_t length, const std::array<float, 5>& first_mv, std::size_t lead = 0) {
    SCOPED_TRACE(record.id);
    EXPECT_NEAR(record.sampling_rate_hz, rate_hz, 1e-9);
    ASSERT_GT(record.leads.size(), lead);
    EXPECT_EQ(record.leads[lead].name, name);
    EXPECT_EQ(record.leads[lead].units, units);
    ASSERT_EQ(record.leads[lead].samples.size(), length);
    const std::vector<float> found = to_millivolts(record.leads[lead]);
    for (std::size_t i = 0; i < first_mv.size(); ++i) EXPECT_NEAR(found[i], first_mv[i], 1e-6) << i;
  }

  std::vector<std::string> warnings_;
};

TEST_F(CsvFromTheField, AppleWatch) {
  BEATBENCH_NEED_CASES(field, "field");
  const Record us = read(field / "csv-apple-watch/apple_us.csv"), de = read(field / "csv-apple-watch/apple_de.csv");
  expect_lead(us, "I", "\u00B5V", 512, 5120, {-0.145F, -0.145F, -0.145F, -0.145F, -0.145F});
  expect_lead(de, "I", "\u00B5V", 511.562, 5120, {-0.145F, -0.145F, -0.145F, -0.145F, -0.145F});
  EXPECT_EQ(us.leads[0].samples, de.leads[0].samples);
  EXPECT_NEAR(to_millivolts(de.leads[0])[10], -0.144219, 1e-6);
}

TEST_F(CsvFromTheField, DecimalCommas) {
  BEATBENCH_NEED_CASES(field, "field");
  constexpr std::array<float, 5> first = {-0.145F, -0.145F, -0.145F, -0.145F, -0.145F};
  const Record one = read(field / "csv-decimal-comma-column/mv3.csv", {.sampling_rate_hz = 360});
  const Record quoted = read(field / "csv-decimal-comma-column/quoted.csv");
  expect_lead(one, "column 1", "", 360, 1800, first);
  expect_lead(quoted, "MLII", "mV", 360, 1800, first);
  EXPECT_EQ(one.leads[0].samples, quoted.leads[0].samples);
  EXPECT_NEAR(to_millivolts(one.leads[0])[8], -0.120, 1e-6);
  EXPECT_EQ(one.leads.size() + quoted.leads.size(), 2U);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CsvFromTheField, Preamble) {
  BEATBENCH_NEED_CASES(field, "field");
  const Record record = read(field / "csv-preamble/thirty_lines.csv");
  expect_lead(record, "MLII", "mV", 360, 1469, {-0.145F, -0.145F, -0.145F, -0.145F, -0.145F});
  EXPECT_EQ(record.leads.size(), 1U);
}

TEST_F(CsvFromTheField, PolarSensorLogger) {
  BEATBENCH_NEED_CASES(field, "field");
  const auto path = field / "csv-polar-sensor-logger/polar_packet.txt";
  const Record record = read(path), by_heading = read(path, {.signals = {"ecg [uV]"}});
  expect_lead(record, "ecg", "uV", 130, 1950, {-0.145F, -0.145F, -0.145F, -0.125F, -0.151F});
  EXPECT_EQ(record.leads.size(), 1U);
  EXPECT_EQ(by_heading.leads, record.leads);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CsvFromTheField, TwelveLeads) {
  BEATBENCH_NEED_CASES(field, "field");
  const auto folder = field / "csv-12-lead-uv-no-unit";
  const Record stated = read(folder / "uv_stated.csv", {.sampling_rate_hz = 100});
  const Record bare = read(folder / "uv_no_unit.csv", {.sampling_rate_hz = 100});
  expect_lead(stated, "I", "uV", 100, 1000, {-0.09F, -0.09F, -0.09F, -0.094F, -0.095F});
  expect_lead(stated, "V6", "uV", 100, 1000, {-0.005F, -0.005F, -0.005F, -0.005F, -0.005F}, 11);
  ASSERT_EQ(stated.leads.size(), 12U);
  ASSERT_EQ(bare.leads.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(bare.leads[i].name, stated.leads[i].name);
    EXPECT_EQ(bare.leads[i].samples, stated.leads[i].samples);
    EXPECT_EQ(bare.leads[i].units, "") << "not invented";
  }
  EXPECT_THAT(warnings_, Contains(HasSubstr("no unit")));
}

}  // namespace
}  // namespace beatbench
