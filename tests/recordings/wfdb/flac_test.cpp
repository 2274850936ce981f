// FLAC signal files, beside those that the reference program `flac` (Debian package flac) makes of the same samples.
#include <gmock/gmock.h>

#include <cstdlib>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/recordings/wfdb/signal_format.h"
#include "support/need.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using tests::TestFolder;

const ReadOptions kStrict = {.strict = true, .annotator = std::nullopt};

bool run(const std::string& command) { return std::system(("(" + command + ") >/dev/null 2>&1").c_str()) == 0; }

#define NEED_FLAC_PROGRAM() BEATBENCH_NEED(run("flac --version"), "the program flac")

// Leads of that many samples in a format's range, with gaps.
Record made_up_record(const SignalFormat& format, std::size_t lead_count, std::size_t length) {
  Record record;
  record.id = "x";
  record.sampling_rate_hz = 360;
  for (std::size_t s = 0; s < lead_count; ++s) {
    record.leads.push_back({"lead" + std::to_string(s), "mV", 200, 0, 0, 12, {}});
    for (std::size_t i = 0; i < length; ++i) {
      const auto wave = static_cast<std::int64_t>((i * i * 7 + s * 31) % 2001) - 1000;
      record.leads[s].samples.push_back(static_cast<std::int32_t>(wave * format.maximum / 1000));
    }
    if (length > 5) record.leads[s].samples[5] = kMissingSample;
  }
  return record;
}

// Samples of all leads in turn, of 1, 2 or 3 bytes, low byte first: what `flac` calls raw and little-endian.
std::string raw_bytes(const Record& record, int bits) {
  std::string bytes;
  for (std::size_t i = 0; i < record.length_samples(); ++i) {
    for (const Lead& lead : record.leads) {
      const std::int32_t value = lead.samples[i] == kMissingSample ? -(1 << (bits - 1)) : lead.samples[i];
      for (int b = 0; b < bits; b += 8) bytes += static_cast<char>(value >> b & 0xFF);
    }
  }
  return bytes;
}

std::string raw_options(const Record& record, int bits) {
  return " --force-raw-format --endian=little --sign=signed --channels=" + std::to_string(record.leads.size()) +
         " --bps=" + std::to_string(bits) + " --sample-rate=96000 ";
}

TEST(Flac, RecordsComeBack) {
  for (const int format : {508, 516, 524}) {
    for (const std::size_t lead_count : {1, 2, 8, 12}) {
      for (const std::size_t length : {0, 1, 7, 10'000}) {
        SCOPED_TRACE(std::to_string(format) + " " + std::to_string(lead_count) + " " + std::to_string(length));
        const TestFolder folder;
        const Record record = made_up_record(require_signal_format(format, "test"), lead_count, length);
        write_record(record, folder.path(), format, "");
        EXPECT_EQ(read_record(folder / "x", kStrict).leads, record.leads);
        EXPECT_EQ(folder.file_count(), lead_count > 8 ? 3 : 2) << "a FLAC file has at most eight channels";
      }
    }
  }
}

TEST(Flac, TheFlacProgramReadsWhatIsWritten) {
  NEED_FLAC_PROGRAM();
  for (const int bits : {8, 16, 24}) {
    const TestFolder folder;
    const Record record = made_up_record(require_signal_format(500 + bits, "test"), 3, 10'000);
    write_record(record, folder.path(), 500 + bits, "");
    const std::string decode = "flac -s -d --force-raw-format --endian=little --sign=signed -o ";
    ASSERT_TRUE(run(decode + (folder / "x.raw").string() + " " + (folder / "x.dat").string()));
    EXPECT_EQ(read_text_file(folder / "x.raw"), raw_bytes(record, bits)) << bits;
  }
}

TEST(Flac, WhatTheFlacProgramWritesIsRead) {
  NEED_FLAC_PROGRAM();
  for (const int bits : {8, 16, 24}) {
    const TestFolder folder;
    const Record record = made_up_record(require_signal_format(500 + bits, "test"), 2, 10'000);
    const std::string number = std::to_string(500 + bits);
    folder.put("x.raw", raw_bytes(record, bits));
    ASSERT_TRUE(run("flac -s -8" + raw_options(record, bits) + "-o " + (folder / "x.dat").string() + " " +
                    (folder / "x.raw").string()));
    folder.put("x.hea", "x 2 360 10000\nx.dat " + number + "\nx.dat " + number + "\n");
    const Record found = read_record(folder / "x", kStrict);
    EXPECT_EQ(found.leads.at(0).samples, record.leads[0].samples) << bits;
    EXPECT_EQ(found.leads.at(1).samples, record.leads[1].samples) << bits;
    // From a pipe to a pipe: the stream does not know its length.
    ASSERT_TRUE(run("cat " + (folder / "x.raw").string() + " | flac -s -c" + raw_options(record, bits) + "- | cat > " +
                    (folder / "x.dat").string()));
    folder.put("x.hea", "x 2 360\nx.dat " + number + "\nx.dat " + number + "\n");
    EXPECT_EQ(read_record(folder / "x", kStrict).leads.at(1).samples, record.leads[1].samples) << bits;
  }
}

// Each channel holds a signal's samples one after another, those of a frame too.
TEST(Flac, SeveralSamplesPerFrameAndAByteOffset) {
  const TestFolder folder;
  Record record = made_up_record(require_signal_format(516, "test"), 2, 6);
  record.leads[0].samples = {1, 2, 3, 4, 5, 7};
  record.leads[1].samples = {10, 20, 30, 40, 50, 60};
  write_record(record, folder.path(), 516, "");
  folder.put("x.dat", "preamble" + read_text_file(folder / "x.dat"));
  folder.put("x.hea", "x 2 100 2\nx.dat 516x3+8\nx.dat 516x3+8\n");
  const Record found = read_record(folder / "x", kStrict);
  EXPECT_EQ(found.sampling_rate_hz, 300);
  EXPECT_EQ(found.leads.at(0).samples, record.leads[0].samples);
  EXPECT_EQ(found.leads.at(1).samples, record.leads[1].samples);
  folder.put("x.hea", "x 2 100 2\nx.dat 516x3+8\nx.dat 516x2+8\n");
  EXPECT_ERROR(read_record(folder / "x", kStrict), ErrorKind::data, "x.hea", "3 and 2 samples per frame",
               "the same for all");
}

TEST(Flac, StretchesAreSought) {
  const TestFolder folder;
  const Record record = made_up_record(require_signal_format(524, "test"), 2, 20'000);
  write_record(record, folder.path(), 524, "");
  for (const std::uint64_t first : {0, 1, 4095, 4096, 4097, 12'345, 19'999, 20'000}) {
    ReadOptions options = kStrict;
    options.first_sample = first;
    options.sample_count = std::min<std::uint64_t>(5000, 20'000 - first);
    const auto from = record.leads[1].samples.begin() + static_cast<std::ptrdiff_t>(first);
    EXPECT_EQ(read_record(folder / "x", options).leads.at(1).samples,
              std::vector<std::int32_t>(from, from + static_cast<std::ptrdiff_t>(*options.sample_count)));
  }
}

TEST(Flac, StreamsThatDoNotFitTheHeaderAreRefused) {
  const TestFolder folder;
  const Record record = made_up_record(require_signal_format(516, "test"), 2, 100);
  write_record(record, folder.path(), 516, "");
  const auto expect_refused = [&](const std::string& header, const std::string& where, const std::string& message) {
    folder.put("x.hea", header);
    EXPECT_ERROR(read_record(folder / "x", kStrict), ErrorKind::data, where, message);
  };
  expect_refused("x 1 100\nx.dat 516\n", "x.dat", "has 2 channels; allowed: one for each of 1 signals");
  expect_refused("x 2 100\nx.dat 508\nx.dat 508\n", "x.dat", "samples of 16 bits; allowed in format 508: 8");
  expect_refused("x 2 100 101\nx.dat 516\nx.dat 516\n", "x.dat", "hold 100 samples");
  folder.put("x.dat", "no FLAC stream at all");
  expect_refused("x 2 100\nx.dat 516\nx.dat 516\n", "x.dat", "FLAC stream is damaged");
  folder.put("x.dat", "");
  expect_refused("x 2 100\nx.dat 516\nx.dat 516\n", "x.dat", "FLAC stream");
  expect_refused("x 2 100\nx.dat 516+99\nx.dat 516+99\n", "x.dat", "FLAC stream");
}

TEST(Flac, DamagedStreamsAreReadOrRefused) {
  const TestFolder folder;
  const Record record = made_up_record(require_signal_format(516, "test"), 2, 3000);
  write_record(record, folder.path(), 516, "");
  const std::string sound = read_text_file(folder / "x.dat");
  int refused = 0;
  for (std::size_t i = 0; i < sound.size(); i += 5) {
    std::string damaged = sound;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x41);
    folder.put("x.dat", i % 2 == 0 ? damaged : damaged.substr(0, i));
    refused += !tests::caught([&] { read_record(folder / "x", kStrict); }).text.empty();
  }
  EXPECT_GT(refused, static_cast<int>(sound.size() / 5 * 9 / 10));
}

// The number of samples is in the lowest 36 bits of bytes 18 to 25 of a stream (RFC 9639, streaminfo).
TEST(Flac, AStreamThatClaimsTooManySamplesTakesNoMemoryForThem) {
  const TestFolder folder;
  write_record(made_up_record(require_signal_format(516, "test"), 1, 100), folder.path(), 516, "");
  std::string bytes = read_text_file(folder / "x.dat");
  bytes.replace(22, 4, "\xff\xff\xff\xff");
  bytes[21] = static_cast<char>(bytes[21] | 0x0f);
  folder.put("x.dat", bytes);
  folder.put("x.hea", "x 1 100\nx.dat 516\n");
  EXPECT_ERROR(read_record(folder / "x", kStrict), ErrorKind::data, "x.dat", "ends before its last sample");
}

TEST(Flac, Mitdb) {
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  const TestFolder folder;
  const Record record = read_record(mitdb / "100", kStrict);
  write_record(record, folder.path(), 516, "");
  EXPECT_EQ(read_record(folder / "100", kStrict).leads, record.leads) << "with the publisher's checksums";
  EXPECT_LT(std::filesystem::file_size(folder / "100.dat"), std::filesystem::file_size(mitdb / "100.dat"));
}

}  // namespace
}  // namespace beatbench
