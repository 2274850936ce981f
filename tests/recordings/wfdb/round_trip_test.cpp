// Properties that hold for whatever is written: it is read again as it was. What the bytes must be is for other tests.
// RC_PARAMS="seed=... max_success=..." runs them otherwise.
#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdlib>

#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/recordings/wfdb/signal_format.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using tests::TestFolder;
namespace gen = rc::gen;

// The same cases in every run; read by RapidCheck before its first property. Each record is two files that are flushed
// to the disk: few cases, of several headers or annotation files each.
[[maybe_unused]] const int kSeeded = ::setenv("RC_PARAMS", "seed=1 max_success=30", 0);
constexpr int kInOneCase = 10;

template <typename Number>
Number between(Number smallest, Number largest) {
  return static_cast<Number>(
      *gen::inRange<std::int64_t>(static_cast<std::int64_t>(smallest), static_cast<std::int64_t>(largest) + 1));
}

template <typename Number>
Number any() {
  return between(std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max());
}

double positive_number() { return std::ldexp(between(1, 1 << 30), between(-40, 10)); }

// Visible ASCII, the first and any other character within their bounds.
std::string word(const std::string& not_in_front = "#", const std::string& nowhere = "") {
  return *gen::suchThat(
      gen::nonEmpty(gen::container<std::string>(gen::inRange('!', '\x7f'))), [=](const std::string& text) {
        return not_in_front.find(text.front()) == std::string::npos && text.find_first_of(nowhere) == std::string::npos;
      });
}

// What may stand behind the last field: no line ends, no blanks at its ends.
std::string description() { return word("") + *gen::element<std::string>("", " ", "  a, b") + word(""); }

std::string comment() {
  return *gen::container<std::string>(gen::suchThat<char>([](char c) { return c != '\n' && c != '\r' && c != '\0'; }));
}

SignalSpec any_signal(const std::string& record_name, std::size_t index) {
  SignalSpec signal;
  signal.file_name = word();
  signal.format = between(0, std::numeric_limits<int>::max());
  signal.samples_per_frame = between(1, 10'000);
  signal.skew_samples = between(0, std::numeric_limits<int>::max());
  signal.byte_offset = between<std::int64_t>(0, std::numeric_limits<std::int64_t>::max() - 1);
  signal.gain = positive_number();
  signal.baseline = any<std::int32_t>();
  signal.unit_is_assumed = *gen::arbitrary<bool>();
  if (!signal.unit_is_assumed) signal.units = word("");
  signal.adc_resolution_bits = between(1, std::numeric_limits<int>::max());
  signal.adc_zero = any<std::int32_t>();
  signal.description = "record " + record_name + ", signal " + std::to_string(index);
  if (*gen::arbitrary<bool>()) return signal;
  signal.initial_value = any<std::int32_t>();
  signal.checksum = any<std::int16_t>();
  signal.block_size = between(0, std::numeric_limits<int>::max());
  if (*gen::arbitrary<bool>()) signal.description = description();
  return signal;
}

Header any_header() {
  Header header;
  header.record_name = word("#", "/");
  if (*gen::arbitrary<bool>()) {
    for (int i = between(1, 5); i > 0; --i) {
      header.segments.push_back({word(), between<std::int64_t>(0, std::numeric_limits<std::int64_t>::max() - 1)});
    }
    header.signal_count = between(0, 1024);
  } else {
    header.signal_count = between(0, 5);
    for (int i = 0; i < header.signal_count; ++i) {
      header.signals.push_back(any_signal(header.record_name, static_cast<std::size_t>(i)));
    }
  }
  header.sampling_rate_hz = positive_number();
  if (*gen::arbitrary<bool>()) {
    header.counter_frequency_hz = *gen::element(-1.0, 0.0, 1.0) * positive_number();
    header.counter_base = *gen::element(-1.0, 0.0, 1.0) * positive_number();
  }
  if (*gen::arbitrary<bool>()) {
    header.length_samples = between<std::int64_t>(1, std::numeric_limits<std::int64_t>::max() - 1);
  }
  if (*gen::arbitrary<bool>()) header.time_text = word("");
  if (!header.time_text.empty() && *gen::arbitrary<bool>()) header.date_text = word("");
  for (int i = between(0, 4); i > 0; --i) header.comments.push_back(comment());
  return header;
}

void check_header(const Header& header) {
  const std::string text = format_header(header);
  RC_ASSERT(parse_header(text, "x.hea") == header);
  std::string with_crlf;
  for (const char c : text) with_crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  RC_ASSERT(parse_header(with_crlf, "x.hea") == header);
}

RC_GTEST_PROP(RoundTrip, Headers, ()) {
  for (int i = 0; i < kInOneCase; ++i) check_header(any_header());
}

// Steps that a datum holds, that take a SKIP, that take several, and back in time.
std::int64_t next_time(std::int64_t time) {
  const std::int64_t step = *gen::oneOf(gen::inRange<std::int64_t>(0, 3), gen::inRange<std::int64_t>(1000, 1050),
                                        gen::inRange<std::int64_t>(-100'000, 100'000),
                                        gen::inRange<std::int64_t>(-6'000'000'000, 6'000'000'000));
  return std::max<std::int64_t>(0, time + step);
}

Annotation any_annotation(std::int64_t time) {
  Annotation annotation;
  annotation.sample = time;
  annotation.code = between<std::uint8_t>(0, 49);
  if (*gen::arbitrary<bool>()) annotation.subtype = any<std::int8_t>();
  if (*gen::arbitrary<bool>()) annotation.channel = any<std::uint8_t>();
  if (*gen::arbitrary<bool>()) annotation.number = any<std::int8_t>();
  const auto length = static_cast<std::size_t>(*gen::element(0, 0, 1, 2, 5, 254, 255));
  annotation.aux = *gen::container<std::string>(length, gen::arbitrary<char>());
  return annotation;
}

std::vector<Annotation> any_annotations() {
  std::vector<Annotation> annotations;
  std::int64_t time = 0;
  for (int i = between(0, 30); i > 0; --i) {
    time = next_time(time);
    annotations.push_back(any_annotation(time));
  }
  return annotations;
}

RC_GTEST_PROP(RoundTrip, AnnotationFiles, ()) {
  for (int i = 0; i < kInOneCase; ++i) {
    const auto annotations = any_annotations();
    RC_ASSERT(parse_annotations(format_annotations(annotations), "x.atr") == annotations);
  }
}

std::int32_t any_sample(const SignalFormat& format) {
  const auto whole = gen::inRange<std::int64_t>(format.minimum, std::int64_t{format.maximum} + 1);
  const auto telling = gen::element<std::int64_t>(format.minimum, format.maximum, 0, -1, 1,
                                                  format.missing ? kMissingSample : format.minimum);
  return static_cast<std::int32_t>(*gen::oneOf(whole, telling));
}

Record any_record(const SignalFormat& format) {
  Record record;
  record.id = "x";
  record.sampling_rate_hz = positive_number();
  const auto length = static_cast<std::size_t>(between(0, 40));
  for (int i = between(1, 10); i > 0; --i) {
    Lead lead{word(""), word(""), positive_number(), any<std::int32_t>(), any<std::int32_t>(), between(1, 32), {}};
    for (std::size_t k = 0; k < length; ++k) lead.samples.push_back(any_sample(format));
    record.leads.push_back(std::move(lead));
  }
  return record;
}

class EveryFormat : public testing::TestWithParam<SignalFormat> {};

TEST_P(EveryFormat, ComesBackWholeAndInPart) {
  const SignalFormat& format = GetParam();
  const auto holds = rc::check([&] {
    const TestFolder folder;
    Record record = any_record(format);
    write_record(record, folder.path(), format.number, "");
    for (Lead& lead : record.leads) lead.samples = representable_samples(lead.samples, format);
    ReadOptions options = {.strict = true, .annotator = std::nullopt};
    const Record whole = read_record(folder / "x", options);
    RC_ASSERT(whole.leads == record.leads);
    RC_ASSERT(whole.sampling_rate_hz == record.sampling_rate_hz);

    const std::size_t length = record.length_samples();
    options.first_sample = between<std::size_t>(0, length);
    options.sample_count = between<std::size_t>(0, length - options.first_sample);
    const Record part = read_record(folder / "x", options);
    for (std::size_t i = 0; i < record.leads.size(); ++i) {
      const auto from = record.leads[i].samples.begin() + static_cast<std::ptrdiff_t>(options.first_sample);
      const auto to = from + static_cast<std::ptrdiff_t>(*options.sample_count);
      RC_ASSERT(part.leads[i].samples == std::vector<std::int32_t>(from, to));
    }
  });
  EXPECT_TRUE(holds);
}

INSTANTIATE_TEST_SUITE_P(RoundTrip, EveryFormat, testing::ValuesIn(signal_formats().begin(), signal_formats().end()),
                         [](const auto& parameter) { return std::to_string(parameter.param.number); });

}  // namespace
}  // namespace beatbench
