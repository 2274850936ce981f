// EDF files with something odd in them, each beside its neighbour without: what is used must be valid, the rest is a
// warning that names the field. Expected values are what was put into the bytes.
#include <fstream>
#include <functional>
#include <map>

#include "recordings/edf/reading.h"
#include "support/recordings.h"

namespace beatbench {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::EdfReading;
using tests::expect_ecg;
using tests::sound_edf;
using Bytes = tests::EdfBytes;

class EdfOdd : public tests::EdfFiles {};

TEST_F(EdfOdd, SoundNeighboursAreReadWithoutAWord) {
  for (const char* kind : {"", "EDF+C", "EDF+D"}) {
    const EdfReading reading = read(sound_edf(kind));
    expect_ecg(reading);
    EXPECT_EQ(reading.record.leads[0].samples, tests::ecg_samples());
    EXPECT_THAT(reading.warnings, IsEmpty()) << kind;
  }
}

// The files' names say what is odd about them.
TEST_F(EdfOdd, FilesFromTheField) {
  BEATBENCH_NEED_CASES(field, "field");
  const std::map<std::string, std::pair<std::size_t, std::string>> known = {
      {"bytes_after_the_end", {3600, "number of data records is '10', and the file holds 10 whole ones; 10 are read"}},
      {"last_record_cut", {3240, "number of data records is '10', and the file holds 9 whole ones; 9 are read"}},
      {"other_digital_min_equals_max", {3600, "digital maximum of signal 2 '-' is '0'; allowed: above the digital"}},
      {"other_unit_degree_sign", {3600, "physical dimension of signal 2 'Pos' is '\\xB0'; allowed: printable ASCII"}},
      {"plus_d_without_gaps", {3600, ""}},
      {"records_minus_1", {3600, "number of data records is '-1', and the file holds 10 whole ones"}},
      {"time_colon", {3600, "starttime is '12:00:00'; allowed: a time such as 23.59.59"}}};
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(field / "edf-refused")) {
    const auto expected = known.find(entry.path().stem().string());
    if (expected == known.end()) continue;
    SCOPED_TRACE(entry.path().string());
    ++found;
    const auto& [length, warning] = expected->second;
    const EdfReading reading = tests::read_edf(entry.path());
    expect_ecg(reading, length);
    if (warning.empty())
      EXPECT_THAT(reading.warnings, IsEmpty());
    else
      EXPECT_THAT(reading.warnings, ElementsAre(HasSubstr(warning)));
  }
  EXPECT_EQ(found, known.size());
}

struct Odd {
  std::function<void(Bytes&)> change;
  std::string says;  // a warning's part, or the error's
  std::size_t length = 3600;
};

std::function<void(Bytes&)> file(Bytes::FileField field, const std::string& text) {
  return [=](Bytes& edf) { edf.fields[field] = text; };
}

std::function<void(Bytes&)> signal(std::size_t number, Bytes::SignalField field, const std::string& text) {
  return [=](Bytes& edf) { edf.signals[number - 1].fields[field] = text; };
}

const std::string kBdf = "\377BIOSEMI";

std::function<void(Bytes&)> digital_range(std::size_t number, const std::string& low, const std::string& high) {
  return [=](Bytes& edf) {
    edf.signals[number - 1].fields[Bytes::digital_min] = low;
    edf.signals[number - 1].fields[Bytes::digital_max] = high;
  };
}

// "\0" as programs write it that copy strings.
std::string with_nul(const std::string& text) { return text + std::string(2, '\0'); }

const std::vector<Odd> kWarned = {
    // the file's own fields
    {file(Bytes::version, "0 \xE9"), "the version is '0 \\xE9'"},
    {file(Bytes::version, "1"),
     "the version is '1' and the reserved field is ''; the size of the file is that of samples of 16 bits; read as 16"},
    {file(Bytes::version, with_nul("0")), "the version is '0\\x00\\x00'; allowed: printable ASCII"},
    {file(Bytes::reserved, "24BIT"),
     "the reserved field is '24BIT'; the size of the file is that of samples of 16 bits"},
    {file(Bytes::patient, "M\xFCller"), "the local patient identification is odd; allowed: printable ASCII"},
    {file(Bytes::recording, "\x01"), "the local recording identification is odd; allowed: printable ASCII"},
    {file(Bytes::date, "2021-5-2"), "the startdate is '2021-5-2'; allowed: a date such as 31.12.99"},
    {file(Bytes::date, "00.00.00"), "the startdate is '00.00.00'"},
    {file(Bytes::date, ""), "the startdate is ''"},
    {file(Bytes::date, "32.05.21"), "the startdate is '32.05.21'"},
    {file(Bytes::date, "1.2.123"), "the startdate is '1.2.123'"},
    {file(Bytes::date, "a.b.c"), "the startdate is 'a.b.c'"},
    {file(Bytes::time, "12:00:00"), "the starttime is '12:00:00'; allowed: a time such as 23.59.59"},
    {file(Bytes::time, "24.00.00"), "the starttime is '24.00.00'"},
    {file(Bytes::header_size, "512"), "the number of bytes in the header is '512'; allowed: 256 for the file and for"},
    {file(Bytes::header_size, "1024"), "the number of bytes in the header is '1024'"},
    {file(Bytes::header_size, "7_68"), "the number of bytes in the header is '7_68'"},
    {file(Bytes::header_size, "-768"), "the number of bytes in the header is '-768'"},
    {file(Bytes::reserved, "made by hand"), "the reserved field is 'made by hand', and no signal has that label"},
    {file(Bytes::reserved, "EDF+C"), "the reserved field is 'EDF+C', and no signal has that label"},
    {file(Bytes::reserved, "EDF+D"), "the reserved field is 'EDF+D', and no signal has that label"},
    {file(Bytes::records, "-1"), "the number of data records is '-1', and the file holds 10 whole ones; 10 are read"},
    {file(Bytes::records, "0"), "the number of data records is '0'"},
    {file(Bytes::records, "1x"), "the number of data records is '1x'"},
    {file(Bytes::records, ""), "no warning", 3600},  // what is right
    {file(Bytes::records, "99999999"), "the number of data records is '99999999', and the file holds 10 whole ones"},
    {file(Bytes::records, "9"), "is '9', and the file holds 10 whole ones; 9 are read, the 722 bytes after", 3240},
    {file(Bytes::duration, "1,0"), "the duration of a data record is '1,0'; allowed: a decimal point"},
    {file(Bytes::signal_count, "1"), "the number of signals is '1'; read as 2"},
    {file(Bytes::signal_count, "3"), "the number of signals is '3'; read as 2"},
    {file(Bytes::signal_count, "x"), "the number of signals is 'x'; read as 2"},
    {file(Bytes::signal_count, "-2"), "the number of signals is '-2'; read as 2"},
    {file(Bytes::signal_count, "9999"), "the number of signals is '9999'; read as 2"},
    {[](Bytes& edf) {
       edf.fields[Bytes::header_size] = "1000";
       edf.after_header = std::string(1000 - 768, ' ');
     },
     "the number of bytes in the header is '1000'; allowed: 256 for the file and for each of 2 signals; read from byte "
     "1000 on"},
    {[](Bytes& edf) { edf.after_data = "tail"; }, "10 are read, the 4 bytes after them are left out"},
    // fields of the signal that is used
    {signal(1, Bytes::label, with_nul("ECG II")), "the label of signal 1 'ECG II' is 'ECG II\\x00\\x00'"},
    {signal(1, Bytes::label, "ECG II\t"), "the label of signal 1 'ECG II' is 'ECG II\\x09'"},
    {signal(1, Bytes::transducer, "\xC4rger"), "the transducer type of signal 1 'ECG II' is '\\xC4rger'"},
    {signal(1, Bytes::dimension, "\xB5V"), "the physical dimension of signal 1 'ECG II' is '\\xB5V'"},
    {signal(1, Bytes::dimension, "\xC2\xB5V"), "the physical dimension of signal 1 'ECG II' is '\\xC2\\xB5V'"},
    {signal(1, Bytes::dimension, "\xCE\xBCV"), "the physical dimension of signal 1 'ECG II' is '\\xCE\\xBCV'"},
    {signal(1, Bytes::dimension, "UV"),
     "physical dimension of signal 1 'ECG II' is 'UV'; allowed: uV, mV, V or nV; taken as uV"},
    {signal(1, Bytes::dimension, "microvol"), "taken as uV"},
    {signal(1, Bytes::dimension, "uVolts"), "taken as uV"},
    {signal(1, Bytes::dimension, with_nul("uV")), "the physical dimension of signal 1 'ECG II' is 'uV\\x00\\x00'"},
    {signal(1, Bytes::physical_min, "-32768,0"), "the physical minimum of signal 1 'ECG II' is '-32768,0'"},
    {[](Bytes& edf) {
       edf.signals[0].fields[Bytes::digital_max] = edf.signals[0].fields[Bytes::physical_max] = "32768";
     },
     "the digital maximum of signal 1 'ECG II' is '32768'; allowed: up to 32767"},
    {signal(1, Bytes::prefiltering, "HP:\x03"), "the prefiltering of signal 1 'ECG II' is 'HP:\\x03'"},
    {signal(1, Bytes::signal_reserved, "\xFF"), "the reserved field of signal 1 'ECG II' is '\\xFF'"},
    // fields of the other signal
    {signal(2, Bytes::label, "Temp\xE9rature"), "the label of signal 2 'Temp\\xC3\\xA9rature' is 'Temp\\xE9rature'"},
    {signal(2, Bytes::dimension,
            "\xB0"
            "C"),
     "the physical dimension of signal 2 'Temp' is '\\xB0C'; allowed: printable"},
    {signal(2, Bytes::physical_min, "cold"),
     "the physical minimum of signal 2 'Temp' is 'cold'; allowed: a number; it is left out"},
    {signal(2, Bytes::physical_max, ""),
     "the physical maximum of signal 2 'Temp' is ''; allowed: a number; it is left out"},
    {signal(2, Bytes::physical_max, "-32768"),
     "the physical maximum of signal 2 'Temp' is '-32768'; allowed: another than"},
    {signal(2, Bytes::physical_max, "1,000"), "the physical maximum of signal 2 'Temp' is '1,000'; allowed: a number"},
    {signal(2, Bytes::digital_min, "40000"),
     "the digital minimum of signal 2 'Temp' is '40000'; allowed: a whole number"},
    {signal(2, Bytes::digital_min, "32767"),
     "the digital maximum of signal 2 'Temp' is '32767'; allowed: above the digital"},
    {digital_range(2, "5", "4"),
     "the digital maximum of signal 2 'Temp' is '4'; allowed: above the digital minimum, 5"},
    {signal(2, Bytes::digital_max, "-32769"), "the digital maximum of signal 2 'Temp' is '-32769'"},
    {signal(2, Bytes::digital_max, "nan"), "the digital maximum of signal 2 'Temp' is 'nan'"},
    {[](Bytes& edf) {
       edf.signals[1].fields[Bytes::samples] = "0";
       edf.signals[1].data_bytes = 0;
     },
     "the number of samples in a data record of signal 2 'Temp' is '0'; allowed: above 0"},
};

TEST_F(EdfOdd, WhatIsNotUsedIsAWarning) {
  for (const Odd& odd : kWarned) {
    SCOPED_TRACE(odd.says);
    Bytes edf = sound_edf();
    odd.change(edf);
    const EdfReading reading = read(edf);
    expect_ecg(reading, odd.length);
    if (odd.says == "no warning")
      EXPECT_THAT(reading.warnings, IsEmpty());
    else
      EXPECT_THAT(reading.warnings, Contains(AllOf(HasSubstr("x.edf: "), HasSubstr(odd.says))));
    EXPECT_LE(reading.warnings.size(), 2);
  }
}

const std::vector<Odd> kRefused = {
    {file(Bytes::duration, "0"), "the duration of a data record is '0'"},
    {file(Bytes::duration, "-1"), "the duration of a data record is '-1'"},
    {file(Bytes::duration, "1 s"), "the duration of a data record is '1 s'"},
    {file(Bytes::duration, ""), "the duration of a data record is ''"},
    {file(Bytes::duration, "nan"), "the duration of a data record is 'nan'"},
    {file(Bytes::duration, "1,000"), "the duration of a data record is '1,000'"},
    {file(Bytes::duration, "1e-300"), "the duration of a data record is '1e-300'"},
    {file(Bytes::duration, "1e9"), "the duration of a data record is '1e9'"},
    {signal(1, Bytes::physical_min, "low"), "the physical minimum of signal 1 'ECG II' is 'low'; allowed: a number"},
    {signal(1, Bytes::physical_max, "32,767"),
     "the physical maximum of signal 1 'ECG II' is '32,767'; allowed: a number"},
    {signal(1, Bytes::physical_max, "-32768"),
     "the physical maximum of signal 1 'ECG II' is '-32768'; allowed: another"},
    {signal(1, Bytes::digital_min, "32767"), "the digital maximum of signal 1 'ECG II' is '32767'; allowed: above"},
    {digital_range(1, "32767", "-32768"), "the digital maximum of signal 1 'ECG II' is '-32768'; allowed: above"},
    {signal(1, Bytes::digital_min, "-0.5"),
     "the digital minimum of signal 1 'ECG II' is '-0.5'; allowed: a whole number"},
    {signal(1, Bytes::digital_max, "65535"),
     "the digital maximum of signal 1 'ECG II' is '65535'; allowed: a whole number"},
    {signal(1, Bytes::digital_max, ""), "the digital maximum of signal 1 'ECG II' is ''"},
    {signal(1, Bytes::samples, "x"), "the number of samples in a data record of signal 1 'ECG II' is 'x'"},
    {signal(2, Bytes::samples, "-1"), "the number of samples in a data record of signal 2 'Temp' is '-1'"},
    {signal(2, Bytes::samples, "1.5"), "the number of samples in a data record of signal 2 'Temp' is '1.5'"},
    {signal(1, Bytes::samples, "99999999"), "the number of samples in a data record makes 200000000 bytes"},
    {signal(1, Bytes::samples, "999999999"), ""},
    {[](Bytes& edf) {
       edf.fields[Bytes::signal_count] = "7";
       edf.fields[Bytes::header_size] = "x";
     },
     ""},
};

TEST_F(EdfOdd, WhatIsUsedMustBeValid) {
  for (const Odd& odd : kRefused) {
    SCOPED_TRACE(odd.says);
    Bytes edf = sound_edf();
    odd.change(edf);
    const EdfReading reading = read(edf);
    EXPECT_EQ(reading.error.kind, ErrorKind::data);
    EXPECT_THAT(reading.error.text, AllOf(HasSubstr("x.edf: "), HasSubstr(odd.says)));
  }
}

// Fields of a patient and of a recording may hold names; they are not repeated.
TEST_F(EdfOdd, NamesAreNotRepeated) {
  Bytes edf = sound_edf("EDF+C");
  edf.fields[Bytes::patient] = "M\xFCller";
  edf.fields[Bytes::recording] = "Dr. M\xFCller";
  const EdfReading reading = read(edf);
  expect_ecg(reading);
  EXPECT_THAT(reading.warnings,
              ElementsAre(HasSubstr("the local patient identification is odd"),
                          HasSubstr("the local recording identification is odd"),
                          HasSubstr("the local patient identification lacks the four words that EDF+ asks for"),
                          HasSubstr("the local recording identification lacks the 'Startdate' and four words")));
  for (const std::string& line : reading.warnings) EXPECT_THAT(line, testing::Not(HasSubstr("ller")));
}

// The same of twenty signals is one line.
TEST_F(EdfOdd, ManySignalsAreOneLine) {
  Bytes edf = sound_edf();
  for (int i = 0; i < 20; ++i) edf.add("-", "\xB0", std::vector<int>(10, 0), 1).fields[Bytes::digital_max] = "-32768";
  const EdfReading reading = read(edf);
  expect_ecg(reading);
  EXPECT_THAT(
      reading.warnings,
      ElementsAre(AllOf(HasSubstr("the physical dimension of signal 3 '-' is '\\xB0'; allowed: printable ASCII; "
                                  "likewise: signal 4 '-', signal 5 '-'"),
                        HasSubstr("signal 11 '-' and 11 more")),
                  AllOf(HasSubstr("the digital maximum of signal 3 '-'"), HasSubstr(" and 11 more"))));
}

TEST_F(EdfOdd, TheWidthOfSamplesIsNotGuessed) {
  Bytes bdf;
  bdf.fields[Bytes::version] = kBdf;
  bdf.add("ECG II", "uV", tests::ecg_samples(), 360, 3);
  bdf.add("Temp", "degC", std::vector<int>(10, 100), 1, 3);
  EdfReading reading = read(bdf);  // the neighbour
  expect_ecg(reading);
  EXPECT_THAT(reading.warnings, IsEmpty());

  for (const char* reserved : {"24BIT", "BDF+C", ""}) {
    bdf.fields[Bytes::reserved] = reserved;
    bdf.fields[Bytes::version] = "?BIOSEMI";
    reading = read(bdf);
    expect_ecg(reading);
    EXPECT_THAT(reading.warnings, Contains(HasSubstr("the version is '?BIOSEMI'")));
    if (*reserved == '\0') continue;
    bdf.fields[Bytes::version] = "0";
    expect_ecg(read(bdf));
  }
  Bytes cut = sound_edf();
  cut.fields[Bytes::version] = "?";
  const std::string bytes = cut.bytes();
  EXPECT_THAT(read(bytes.substr(0, bytes.size() - 1)).error.text, HasSubstr("the version is '?'"));
  // A version that is one holds, also where half as many bytes again fit the other.
  Bytes longer = sound_edf();
  longer.after_data = std::string(5 * 722, '\0');
  reading = read(longer);
  expect_ecg(reading);
  EXPECT_THAT(reading.warnings, Contains(HasSubstr("is that of samples of 24 bits; read as 16")));
}

// A header can claim anything; nothing is set aside for what the file cannot hold.
TEST_F(EdfOdd, SizesThatAreClaimedCostNothing) {
  Bytes edf = sound_edf();
  edf.fields[Bytes::records] = "99999999";
  edf.fields[Bytes::signal_count] = "9999";
  edf.fields[Bytes::header_size] = "2560000";
  EXPECT_THAT(read(edf).error.text,
              HasSubstr("the number of signals is '9999', the number of bytes in the header is '2560000'"));
  edf = sound_edf();
  edf.fields[Bytes::records] = "99999999";
  edf.signals[1].fields[Bytes::samples] = "99999999";
  EXPECT_THAT(read(edf).error.text, HasSubstr("the number of samples in a data record makes 200000718 bytes"));
  edf.signals.resize(1);
  expect_ecg(read(edf));

  Bytes many;  // a header that the file does hold
  for (int i = 0; i < 9999; ++i) many.add("ECG \x01", "\x02", {}, 1).fields[Bytes::samples] = "99999999";
  const EdfReading reading = read(many);
  EXPECT_THAT(reading.error.text, HasSubstr("holds no whole data record"));
  EXPECT_LT(reading.error.text.size(), 500);

  Bytes sound;
  for (int i = 0; i < 9999; ++i) sound.add("ECG", "UV", {1, 2}, 2).fields[Bytes::transducer] = "\xE9";
  const EdfReading all = read(sound);
  EXPECT_EQ(all.record.leads.size(), 9999);
  EXPECT_EQ(all.warnings.size(), 3);  // of the transducer, the dimension and the label
}

// "ECG" and 300 bytes of it, or none: the header's length and that of each data record.
TEST_F(EdfOdd, EveryTruncation) {
  Bytes edf;
  edf.fields[Bytes::reserved] = "EDF+C";
  std::vector<int> samples;
  std::vector<std::string> lists;
  for (int i = 0; i < 12; ++i) samples.push_back(i * 100 - 145);
  for (const char* time : {"+0", "+1", "+2"}) lists.push_back(tests::annotation_list(time, {"", "N"}));
  edf.add("ECG II", "uV", samples, 4);
  edf.add_annotations(lists, 10);
  const std::string whole = edf.bytes();
  constexpr std::size_t header = 768, record = 18;
  ASSERT_EQ(whole.size(), header + 3 * record);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    const EdfReading reading = read(whole.substr(0, size));
    if (size < header + record) {
      EXPECT_EQ(reading.error.kind, ErrorKind::data);
      EXPECT_THAT(reading.error.text, HasSubstr("x.edf: "));
      continue;
    }
    const std::size_t records = (size - header) / record;
    ASSERT_EQ(reading.error.text, "");
    EXPECT_EQ(reading.record.leads.at(0).samples,
              std::vector<int>(samples.begin(), samples.begin() + 4 * static_cast<int>(records)));
    EXPECT_EQ(reading.record.annotations.size(), records);
    EXPECT_THAT(reading.warnings, ElementsAre(HasSubstr("the number of data records is '3'")));
  }
}

// Whatever one byte of the header becomes, the file is read or an Error says why not; where the byte is of a field that
// is not used, it is read as before.
TEST_F(EdfOdd, Full_EveryByteOfTheHeader) {
  Bytes edf = sound_edf("EDF+C");
  for (auto& s : edf.signals) s.data.resize(1);
  const std::string whole = edf.bytes();
  const Record before = read(whole).record;
  ASSERT_EQ(before.leads.size(), 1);
  const auto is_used = [](std::size_t at) {
    const auto within = [&](std::size_t from, std::size_t width) { return at >= from && at < from + width; };
    constexpr std::size_t s = 256, n = 3;
    return within(0, 8) || within(192, 44) || within(236, 20) || within(s, 16 * n) || within(s + 96 * n, 8) ||
           within(s + 104 * n, 8) || within(s + 112 * n, 8) || within(s + 120 * n, 8) || within(s + 128 * n, 8) ||
           within(s + 216 * n, 8 * n);
  };
  std::size_t as_before = 0;
  std::fstream file(folder_ / "x.edf", std::ios::binary | std::ios::in | std::ios::out);
  for (std::size_t at = 0; at < 1024; file.seekp(static_cast<std::streamoff>(at)).put(whole[at]), ++at) {
    for (int value = 0; value < 256; ++value) {
      if (static_cast<char>(value) == whole[at]) continue;
      file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(value)).flush();
      const EdfReading reading = tests::read_edf(folder_ / "x.edf");
      if (!reading.error.text.empty()) {
        ASSERT_TRUE(is_used(at)) << at << " " << value << " " << reading.error.text;
        continue;
      }
      ASSERT_FALSE(reading.record.leads.empty());
      ASSERT_LE(reading.warnings.size(), 6);
      for (const Lead& lead : reading.record.leads) ASSERT_EQ(lead.samples.size(), reading.record.length_samples());
      if (is_used(at)) continue;
      ++as_before;
      ASSERT_EQ(reading.record.leads, before.leads) << at << " " << value;
      ASSERT_EQ(reading.record.sampling_rate_hz, before.sampling_rate_hz);
    }
  }
  EXPECT_GT(as_before, 150'000);
}

}  // namespace
}  // namespace beatbench
