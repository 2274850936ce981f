// Writes the inputs that fuzzing starts from, by the library's own writers and EDFlib's: FOLDER/<target>/<number>.
#include <cstdio>
#include <cstring>
#include <exception>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/signal_format.h"
#include "fuzz/record_files.h"
#include "fuzz/signal_layout.h"
#include "support/edf_bytes.h"
#include "support/edf_file.h"
#include "support/test_folder.h"
#include "support/torch_archive.h"
#include "support/zip_archive.h"

namespace beatbench::fuzz {
namespace {

namespace fs = std::filesystem;

class Corpus {
 public:
  Corpus(const fs::path& folder, const std::string& target) : folder_(folder / target) {
    fs::create_directories(folder_);
  }

  void add(const std::string& bytes) { write_file_atomically(folder_ / std::to_string(count_++), bytes); }

 private:
  fs::path folder_;
  int count_ = 0;
};

std::string text_of(std::span<const unsigned char> bytes) { return {bytes.begin(), bytes.end()}; }

// A wave between the ends of a format, with a missing sample.
std::vector<std::int32_t> wave(const SignalFormat& format, std::size_t length, std::size_t phase) {
  std::vector<std::int32_t> samples;
  for (std::size_t i = 0; i < length; ++i) {
    const auto step = static_cast<std::int64_t>((i * i * 7 + phase * 31) % 2001) - 1000;
    samples.push_back(static_cast<std::int32_t>(step * format.maximum / 1000));
  }
  if (format.missing && length > 5) samples[5] = kMissingSample;
  return samples;
}

void make_signals(const fs::path& folder, const SignalFormat& format) {
  Corpus corpus(folder, "signal_" + std::to_string(format.number));
  const std::vector<SignalLayout> layouts = {
      {.signals = 0},
      {.signals = 1, .length = 60, .flags = kLengthKnown},
      {.signals = 1, .samples_per_frame = 1, .length = 20, .flags = kLengthKnown},
      {.signals = 2, .skew = 0b100100, .flags = kOneLead},
      {.signals = 3, .byte_offset = 3, .first_sample = 7, .sample_count = 9, .flags = kRange},
      {.signals = 1, .length = 60, .flags = kLengthKnown | kStrict}};
  for (const SignalLayout& layout : layouts) {
    const Header header = header_of(layout, format.number);
    const auto channels = static_cast<std::size_t>(header.signal_count);
    std::vector<std::vector<std::int32_t>> samples;
    for (std::size_t s = 0; s < channels; ++s) samples.push_back(wave(format, 60, s));
    const std::vector<std::span<const std::int32_t>> columns(samples.begin(), samples.end());
    std::string input(sizeof layout + layout.byte_offset, '\0');
    std::memcpy(input.data(), &layout, sizeof layout);
    const std::string file = text_of(format.encode(columns));
    corpus.add(input + file);
    if (format.coding != SignalCoding::flac) continue;
    std::string without_length = file;  // 36 bits of the stream's information: 0 says that it is not known
    without_length[21] &= static_cast<char>(0xF0);
    without_length.replace(22, 4, 4, '\0');
    corpus.add(input + without_length);
  }
}

Header made_up_header() {
  SignalLayout layout{.signals = 2, .samples_per_frame = 4, .skew = 9, .byte_offset = 2, .length = 60, .flags = 1};
  Header header = header_of(layout, 212);
  header.counter_frequency_hz = 64;
  header.counter_base = 10.5;
  header.time_text = "12:30:00";
  header.date_text = "25/04/1989";
  header.comments = {" 69 M 1085 1629 x1", "Dx: 426783006"};
  header.signals[0].gain = 100.25;
  header.signals[0].baseline = -7;
  header.signals[0].units = "uV";
  return header;
}

void make_headers(const fs::path& folder) {
  Corpus corpus(folder, "header");
  corpus.add(format_header(made_up_header()));
  Header segments;
  segments.record_name = "rec";
  segments.signal_count = 2;
  segments.sampling_rate_hz = 128.5;
  segments.length_samples = 70;
  segments.segments = {{"layout", 0}, {"a", 60}, {"~", 10}};
  corpus.add(format_header(segments));
  corpus.add(
      "# made elsewhere\r\n100 2 360 650000 0:0:0\r\n100.dat 212 200(1024)/mV 11 1024 995 -22131 0 MLII\r\n"
      "100.dat 212 200 11 1024 1011 20052 0 V5\r\n");
  corpus.add("odd/3 1 128 70\na 60\nb 10\n");
  corpus.add("odd/1 1 128 60\na 60\nb 10\n");
  corpus.add("odd 1 128 70\nodd.dat 16 -200/mV 12 0 0 0 0 II\n");
}

std::vector<Annotation> made_up_annotations() {
  std::vector<Annotation> annotations;
  for (int i = 0; i < 50; ++i) {
    annotations.push_back({i * 700 + i * i * 40, static_cast<std::uint8_t>(i), static_cast<std::int8_t>(i % 3),
                           static_cast<std::uint8_t>(i % 2), static_cast<std::int8_t>(-(i % 5)), i % 5 ? "" : "(AFIB"});
  }
  return annotations;
}

void make_annotations(const fs::path& folder) {
  Corpus corpus(folder, "annotation");
  std::vector<Annotation> annotations = made_up_annotations();
  corpus.add(text_of(format_annotations(annotations)));
  Annotation resolution{0, codes::note};
  resolution.aux = "## time resolution: 1000";
  Annotation definition{0, codes::note};
  definition.aux = "42 w Wave of unknown origin";
  annotations.insert(annotations.begin(), {resolution, definition});
  corpus.add(text_of(format_annotations(annotations)));
}

void make_records(const fs::path& folder) {
  Corpus corpus(folder, "record");
  const auto add = [&](const RecordRequest& request, const std::vector<std::string>& files) {
    std::string text(reinterpret_cast<const char*>(&request), sizeof request);
    for (const std::string& file : files) text += file + std::string(kFileSeparator);
    corpus.add(text);
  };
  const std::string a = "a 2 100 2\na.dat 80 100 8 0 1 3 0 I\na.dat 80 50 8 0 11 23 0 II\n";
  const std::string b = "b 2 100 1\nb.dat 16 100 8 0 5 5 0 I\nb.dat 16 50 8 0 15 15 0 II\n";
  const std::string layout = "layout 2 100 0\n~ 0 200 8 0 0 0 0 II\n~ 0 100(5) 8 0 0 0 0 I\n";
  const std::string a_bytes = "\x81\x8b\x82\x8c", b_bytes("\x05\x00\x0f\x00", 4);
  const std::string notes = text_of(format_annotations(made_up_annotations()));
  const std::string fixed = "rec/4 2 100 7\na 2\n~ 2\nb 1\na 2\n# twice a\n";
  const std::string variable = "rec/4 2 100 5\nlayout 0\na 2\n~ 2\nb 1\n";
  const std::string plain =
      "rec 3 100 7\na.dat 8x2:1+3 200 10 0 100 5 0 I\na.dat 8:2+3 200 10 0 100 5 0 II\n~ 0 200 12 0 0 0 0 V3\n";
  add({0, 0, 0, 0}, {fixed, layout, a, a_bytes, b, b_bytes, notes, "rec\na\nb\n"});
  add({4 + 8, 1, 3, 2}, {variable, layout, a, a_bytes, b, b_bytes, notes, ""});
  add({1, 0, 0, 3}, {variable, layout, a, a_bytes, b, b_bytes, notes, "../rec\n"});
  add({2 + 4, 3, 0, 5}, {plain, layout, a, std::string(200, '\x15'), b, b_bytes, notes, "rec"});
  add({16, 0, 0, 8}, {plain, layout, a, std::string(200, '\x15'), b, b_bytes, "", "rec"});
}

void make_csv(const fs::path& folder) {
  Corpus corpus(folder, "csv");
  const auto add = [&](char options, const std::string& text) { corpus.add(options + text); };
  add(0, "time,MLII,V5\n0,0.1,-0.2\n0.004,0.2,-0.3\n0.008,0.3,\n");
  add(0, "'Elapsed time','MLII','V5'\n'hh:mm:ss.mmm','mV','uV'\n'0:00.000',0.1,20\n'0:00.004',-,21\n'0:00.008',1,2\n");
  add(0, "sep=;\nZeit (ms);I (uV)\n0;1,5\n4;1,6\n8;NaN\n16;2,5\n");
  add(0, "2020-01-01 23:59:59.996\t1\n2020-01-02 00:00:00.000\t2\n2020-01-02 00:00:00.004\t3\n");
  add(0, "01.02.2020 10:00:00.000,1,N\n01.02.2020 10:00:00.004,2,N\n01.02.2020 10:00:00.008,3,V\n");
  add(1, "# a preamble\nDevice: x\n\nsample,a,b\n0,995,1011\n1,995,1011\n2,1e3,+5\n");
  add(3, "MLII V5\n1 2\n3 4\n5 6\n");
  add(5, "a,b\n1,2\n3,4\n");
  add(13, "1;2;3\n4;5;6\n");
  add(0,
      "Name,Jo\nAbtastrate,\"511,562 Hertz\"\nAbleitung,Ableitung "
      "I\nEinheit,\xc2\xb5V\n\n-145\n-144,219\n-152,5\n0,05\n");
  add(0,
      "Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg "
      "[uV]\n2024-03-26T17:30:49.123;599630059061536896;0.0;-1\n"
      "2024-03-26T17:30:49.123;599630059069229204;7.692308;-2\n2024-03-26T17:30:49.123;599630059076921511;15.384615;"
      "3\n");
  add(0,
      "\"Time\n(s)\",\"I \"\"raw\"\" "
      "(mV)\"\n\"0,000\",\"-0,145\"\n\"0,004\",\"0,5\"\n\"0,008\",\"1.234,5\"\nMean,\"1\"\n");
  add(1, "Key0;1\nKey1;2\nt/ms;I/uV;note\n0;1.234;N\n4;-995;1\n8;;\n12;!;\n;;\n\nx;y\n1;2\n");
  add(1,
      "-0,145\r0\r\xe2\x88\x92"
      "0,05\rlead off\r1,5\r\rII\r1\r2\r");
  add(0, "Sampling interval (ms): 4\n%fs=250\n# II,V5\n1|2\n3|4\n\n250 Hz\nUnits: s, mV\n");
  add(1, ",0,1\n0,0.5,1'234.5\n1,1e3,2\n2,.5,-\n");
  add(0,
      "clock,I\n3/26/2024 11:59:59.996 PM,1\n3/27/2024 12:00:00.000 AM,2\n[12:00:00.004 "
      "01/01/2000],3\n10:00:00:008,4\n");
  std::string utf16 = std::string(1, '\0') + "\xff\xfe";
  for (const char c : std::string("t;\xb5V\n0;1\n0,004;2\n")) utf16 += std::string{c, '\0'};
  corpus.add(utf16);
}

void make_edf(const fs::path& folder) {
  Corpus corpus(folder, "edf");
  const tests::TestFolder temporary;
  const fs::path path = temporary / "x.edf";
  const auto ramp = [](int length) {
    std::vector<int> samples;
    for (int i = 0; i < length; ++i) samples.push_back(i * 7 - 100);
    return samples;
  };
  for (const int type : {EDFLIB_FILETYPE_EDFPLUS, EDFLIB_FILETYPE_BDFPLUS}) {
    for (const char asked : {0, 1, 2, 4, 6}) {
      tests::write_edf(path, type,
                       {{"Resp", "mV", -1, 1, -2048, 2047, ramp(6), 2},
                        {"ECG II", "mV", -5, 5, -2000, 2000, ramp(30), 10},
                        {"ekg V1", "uV", 5000, -5000, -2000, 2000, ramp(30), 10}},
                       {{0.3, "N"}, {1.5, "Event"}});
      corpus.add(asked + read_text_file(path));
    }
    for (const char* unit : {"mV", "", "mmHg"}) {
      tests::write_edf(path, type, {{"II", unit, -1, 1, -100, 100, ramp(8), 4}, {"V5", unit, 0, 1, 0, 9, ramp(4), 2}});
      corpus.add('\0' + read_text_file(path));
    }
  }
  using tests::annotation_list, tests::EdfBytes;
  EdfBytes pieces;
  pieces.fields[EdfBytes::reserved] = "EDF+D";
  pieces.add("ECG II", "uV", ramp(24), 4).fields[EdfBytes::physical_min] = "-32768,0";
  pieces.add("ECG HR", "bpm", ramp(6), 1);
  pieces.add_annotations({annotation_list("+9", {"", "N"}),
                          annotation_list("+0", {""}) + "+1\x15"
                                                        "0.5\x14V\x14",
                          annotation_list("+1", {""}), "", annotation_list("+5.5", {""}), "+6\x14"});
  for (const char asked : {0, 2, 6}) corpus.add(asked + pieces.bytes());
  pieces.fields[EdfBytes::header_size] = "1280";
  pieces.after_header = std::string(256, ' ');
  corpus.add('\0' + pieces.bytes());
  EdfBytes odd;
  odd.fields = {"?", "M\xFCller", "", "1/2/03", "", "", "24BIT", "-1", "0,5", "3"};
  odd.add("EKG lead I", "microvol", ramp(8), 4, 3).fields[EdfBytes::digital_max] = "8388608";
  odd.add("-", "\xB0", ramp(2), 1, 3).fields[EdfBytes::digital_max] = "-8388608";
  corpus.add('\0' + odd.bytes());
}

void make_archives(const fs::path& folder) {
  const std::string tensor = tests::tensor(tests::storage("0", 16), 0, {4, 4}, {4, 1});
  Corpus pickles(folder, "pickle");
  pickles.add(tests::kModulePickle);
  pickles.add(tests::kProto + tensor + ".");
  const auto call = [](const std::string& name, const std::string& arguments) {
    return "ctorch." + name + "\n" + arguments + "R";
  };
  const std::string whole = tests::integer(3), half = "G" + std::string(8, '\0'), numbers = "](" + whole + whole + "e";
  pickles.add(tests::kProto + call("jit._pickle\nbuild_intlist", numbers + "\x85") + ".");
  pickles.add(tests::kProto + call("jit._pickle\nbuild_doublelist", "(" + half + "l\x85") + ".");
  pickles.add(tests::kProto +
              call("jit._pickle\nrestore_type_tag", numbers + tests::text("List[Optional[int]]") + "\x86") + ".");
  pickles.add(tests::kProto +
              call("jit._pickle\nrestore_type_tag",
                   "}(" + tests::text("a") + whole + "u" + tests::text("Dict[str, int]") + "\x86") +
              ".");
  const std::string bytes = tests::storage("0", 16, "torch\nQInt8Storage\n") + whole + "K\4\x85K\1\x85";
  const std::string scales = tests::tensor(tests::storage("0", 4), 0, {4}, {1});
  const std::string packed = call("_utils\n_rebuild_qtensor", "(" + bytes + "(ctorch\nper_channel_affine\n" + scales +
                                                                  scales + "K" + std::string(1, '\0') + "t\x89Nt");
  const std::string single =
      call("_utils\n_rebuild_qtensor", "(" + bytes + "(ctorch\nper_tensor_affine\n" + half + whole + "t\x89Nt");
  pickles.add(tests::kProto + packed + ".");
  pickles.add(tests::kProto + "c__torch__.torch.classes.quantized\nLinearPackedParamsBase\n)\x81" + single + "N\x86" +
              "b.");
  pickles.add(tests::kProto + "(}(" + whole + "Nu" + tests::text("a") + "Ns]NaM\1\1\x8a\1\1U\1at.");
  pickles.add(tests::kProto + "(" + tests::text("a") + tests::tuple({1, 2}) + tests::text("b") + "]\x94Nd.");

  Corpus code(folder, "code");
  code.add(tests::kNet);
  code.add(tests::kLinear);

  const std::vector<std::pair<std::string, std::string>> entries = {
      {"m/data.pkl", tests::kModulePickle}, {"m/data/0", std::string(64, '\0')}, {"m/extra/beatbench.json", "{}"}};
  Corpus zip(folder, "zip");
  zip.add(tests::zip_archive({}));
  zip.add(tests::zip_archive(entries));
  zip.add(tests::with_zip64_end(tests::zip_archive(entries)));
  zip.add(tests::zip_archive(entries, tests::ZipForm::deflated));
  zip.add(tests::zip_archive(entries, tests::ZipForm::described));
}

void make_all(const fs::path& folder) {
  make_archives(folder);
  make_headers(folder);
  make_annotations(folder);
  make_records(folder);
  make_csv(folder);
  make_edf(folder);
  for (const SignalFormat& format : signal_formats()) make_signals(folder, format);
}

}  // namespace
}  // namespace beatbench::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "Usage: make_corpus FOLDER\n");
    return 2;
  }
  try {
    beatbench::fuzz::make_all(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "make_corpus: %s\n", error.what());
    return 1;
  }
  return 0;
}
