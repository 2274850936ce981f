#include "beatbench/recordings/hdf5/tracings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/plausibility.h"
#include "beatbench/core/text.h"
#include "recordings/hdf5/hdf5_library.h"

namespace beatbench {
namespace {

constexpr std::array kLeads = {"I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"};
constexpr double kRate_hz = 400.0;
constexpr double kGain = 1e6;            // a digital step is 1 nV
constexpr double kLargestDigital = 2e9;  // what an int32 holds, with room
constexpr double kLargest = 1e9;         // of any unit: beyond it, it is garbage
constexpr unsigned kReadOnly = 0;        // H5F_ACC_RDONLY, whose macro calls the library
constexpr hsize_t kLongest = 4'000'000;  // 2.8 h
constexpr std::uint64_t kLargestPart = 256 << 20;
constexpr std::uint64_t kMostCompression = 2000;  // deflate gets to 1032

// HDF5 as it is built usually may run in one thread at a time.
std::mutex& library() {
  static std::mutex mutex;
  return mutex;
}

// Something that HDF5 opened.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  hid_t get() const { return id_; }
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// The data set of an open file, and its size.
struct Tracings {
  Handle file, data, space;
  std::array<hsize_t, 3> size = {};
  std::array<hsize_t, 3> part = {};  // of which it is stored (HDF5's chunks); 0: it is stored as a whole

  explicit Tracings(const std::filesystem::path& path)
      : file(hdf5().H5Fopen(path.c_str(), kReadOnly, H5P_DEFAULT), hdf5().H5Fclose),
        data(file ? hdf5().H5Dopen2(file.get(), "tracings", H5P_DEFAULT) : -1, hdf5().H5Dclose),
        space(data ? hdf5().H5Dget_space(data.get()) : -1, hdf5().H5Sclose) {
    const auto refuse = [&](ErrorKind kind, const std::string& why) { throw Error(kind, path.string(), why); };
    if (!std::filesystem::exists(path)) refuse(ErrorKind::io, "there is no such file");
    if (!file) refuse(ErrorKind::data, "cannot be read as HDF5");
    if (!data || !space) refuse(ErrorKind::data, "has no data set 'tracings'");
    if (hdf5().H5Sget_simple_extent_ndims(space.get()) != 3 ||
        hdf5().H5Sget_simple_extent_dims(space.get(), size.data(), nullptr) != 3 || size[2] != kLeads.size() ||
        size[1] == 0 || size[1] > kLongest) {
      refuse(ErrorKind::data, "its data set 'tracings' is not of the form [recordings, samples, 12]");
    }
    const Handle type(hdf5().H5Dget_type(data.get()), hdf5().H5Tclose);
    if (!type || hdf5().H5Tget_class(type.get()) != H5T_FLOAT)
      refuse(ErrorKind::data, "its data set 'tracings' does not hold floating-point numbers");
    check_storage(path, hdf5().H5Tget_size(type.get()));
  }

  // What a header claims, HDF5 gives: as the fill value, where nothing is stored. What takes long is left to
  // check_parts.
  void check_storage(const std::filesystem::path& path, std::uint64_t value_size) {
    const std::uint64_t row_size = size[1] * size[2] * value_size;
    const std::uint64_t file_size = std::filesystem::file_size(path);
    if (size[0] > file_size * kMostCompression / row_size)
      refuse_claim(path, "has only " + std::to_string(file_size) + " bytes");
    const Handle creation(hdf5().H5Dget_create_plist(data.get()), hdf5().H5Pclose);
    if (!creation || hdf5().H5Pget_layout(creation.get()) != H5D_CHUNKED) {
      const std::uint64_t stored =
          std::min<std::uint64_t>(hdf5().H5Dget_storage_size(data.get()), file_size) / row_size;
      if (stored < size[0]) refuse_claim(path, "stores only " + std::to_string(stored));
      return;
    }
    if (hdf5().H5Pget_chunk(creation.get(), 3, part.data()) != 3 || part[0] * part[1] * part[2] == 0 ||
        part[0] * part[1] * part[2] * value_size > kLargestPart)
      refuse_claim(path, "not in parts of at most " + std::to_string(kLargestPart >> 20) + " MiB");
  }

  // Goes through the list of all parts that are stored.
  void check_parts(const std::filesystem::path& path) const {
    if (part[0] == 0) return;
    const auto parts = [&](std::size_t axis) { return (size[axis] + part[axis] - 1) / part[axis]; };
    const std::uint64_t of_row = parts(1) * parts(2);
    hsize_t stored = 0;
    if (hdf5().H5Dget_num_chunks(data.get(), space.get(), &stored) < 0)
      refuse_claim(path, "its parts cannot be listed");
    if (stored >= parts(0) * of_row) return;
    refuse_claim(path, "stores only " + std::to_string(std::min<std::uint64_t>(size[0], stored / of_row * part[0])) +
                           " (" + std::to_string(stored) + " of " + std::to_string(parts(0) * of_row) + " parts)");
  }

  [[noreturn]] void refuse_claim(const std::filesystem::path& path, const std::string& but) const {
    throw Error(ErrorKind::data, path.string(),
                "claims " + std::to_string(size[0]) + " recordings of " + std::to_string(size[1]) +
                    " samples and 12 leads, but " + but);
  }

  // How many mV a number is, where the file says it.
  std::optional<double> stated_millivolts(const std::filesystem::path& path) const {
    if (hdf5().H5Aexists(data.get(), "units") <= 0) return std::nullopt;
    const std::string text = text_of_attribute("units");
    const char* end = text.data() + text.size();
    double number = 1;
    const auto [after, failed] = std::from_chars(text.data(), end, number);
    const bool has_number = failed == std::errc();
    const std::string unit(trimmed(std::string_view(has_number ? after : text.data(), end)));
    const auto factor = millivolts_in(unit);
    if (!factor || !(number > 0) || !std::isfinite(number)) {
      throw Error(ErrorKind::unsupported, path.string(),
                  "its data set 'tracings' states the unit '" + text +
                      "'; allowed: mV, uV, V or nV, or a number of them such as 1e-4V");
    }
    return number * *factor;
  }

  // "" where it is no text.
  std::string text_of_attribute(const char* name) const {
    const Handle attribute(hdf5().H5Aopen(data.get(), name, H5P_DEFAULT), hdf5().H5Aclose);
    const Handle type(attribute ? hdf5().H5Aget_type(attribute.get()) : -1, hdf5().H5Tclose);
    const Handle extent(attribute ? hdf5().H5Aget_space(attribute.get()) : -1, hdf5().H5Sclose);
    if (!type || !extent || hdf5().H5Tget_class(type.get()) != H5T_STRING ||
        hdf5().H5Sget_simple_extent_npoints(extent.get()) != 1)
      return "";
    if (hdf5().H5Tis_variable_str(type.get()) > 0) {
      char* text = nullptr;
      if (hdf5().H5Aread(attribute.get(), type.get(), &text) < 0 || text == nullptr) return "";
      const std::string copy(trimmed(text));
      hdf5().H5free_memory(text);
      return copy;
    }
    std::string text(hdf5().H5Tget_size(type.get()), '\0');
    if (hdf5().H5Aread(attribute.get(), type.get(), text.data()) < 0) return "";
    return std::string(trimmed(text.substr(0, text.find('\0'))));
  }
};

// [samples, 12] of a row.
std::vector<float> read_row(const Tracings& tracings, std::size_t row, const std::filesystem::path& path) {
  std::vector<float> values(tracings.size[1] * tracings.size[2]);
  const std::array<hsize_t, 3> start = {row, 0, 0}, count = {1, tracings.size[1], tracings.size[2]};
  const hsize_t length = values.size();
  const Handle memory(hdf5().H5Screate_simple(1, &length, nullptr), hdf5().H5Sclose);
  const bool is_read = memory &&
                       hdf5().H5Sselect_hyperslab(tracings.space.get(), H5S_SELECT_SET, start.data(), nullptr,
                                                  count.data(), nullptr) >= 0 &&
                       hdf5().H5Dread(tracings.data.get(), hdf5().native_float, memory.get(), tracings.space.get(),
                                      H5P_DEFAULT, values.data()) >= 0;
  if (!is_read) throw Error(ErrorKind::data, path.string(), "row " + std::to_string(row) + " cannot be read");
  return values;
}

void be_silent() { hdf5().H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

// The samples between what a recording was filled up with: [first, end).
std::pair<std::size_t, std::size_t> filled_part(const std::vector<float>& values) {
  constexpr std::size_t leads = kLeads.size();
  const auto is_zero = [](float value) { return value == 0.0F; };
  const auto first = std::ranges::find_if_not(values, is_zero) - values.begin();
  const auto last = std::find_if_not(values.rbegin(), values.rend(), is_zero) - values.rbegin();
  const std::size_t end = values.size() - static_cast<std::size_t>(last);
  if (static_cast<std::size_t>(first) >= end) return {0, values.size() / leads};  // nothing but zeros
  return {static_cast<std::size_t>(first) / leads, (end + leads - 1) / leads};
}

void check_values(const std::vector<float>& values, const std::filesystem::path& path, std::size_t row) {
  const auto wrong =
      std::ranges::find_if(values, [](float value) { return !(std::abs(static_cast<double>(value)) <= kLargest); });
  if (wrong == values.end()) return;
  const auto at = static_cast<std::size_t>(wrong - values.begin());
  throw Error(ErrorKind::data, path.string() + ", row " + std::to_string(row),
              "lead " + std::string(kLeads[at % kLeads.size()]) + " has " + number_text(static_cast<double>(*wrong)) +
                  " at sample " + std::to_string(at / kLeads.size()) + "; allowed: numbers up to 1e9");
}

// Steps per mV: of 1 nV, or as fine as its largest value allows.
double gain_for(const std::vector<float>& values, double millivolts) {
  double largest = 0, gain = kGain;
  for (const float value : values) largest = std::max(largest, std::abs(static_cast<double>(value)) * millivolts);
  while (largest * gain > kLargestDigital) gain /= 10;
  return gain;
}

}  // namespace

std::size_t count_tracings(const std::filesystem::path& file) {
  const std::lock_guard lock(library());
  be_silent();
  const Tracings tracings(file);
  tracings.check_parts(file);
  return static_cast<std::size_t>(tracings.size[0]);
}

bool is_tracings_file(const std::filesystem::path& file) {
  const std::string extension = file.extension();
  return extension == ".hdf5" || extension == ".h5";
}

std::vector<std::int64_t> exam_ids(const std::filesystem::path& file) {
  const std::lock_guard lock(library());
  be_silent();
  const Tracings tracings(file);
  tracings.check_parts(file);
  const Handle data(hdf5().H5Dopen2(tracings.file.get(), "exam_id", H5P_DEFAULT), hdf5().H5Dclose);
  if (!data) return {};
  const Handle space(hdf5().H5Dget_space(data.get()), hdf5().H5Sclose);
  const bool fits =
      space && hdf5().H5Sget_simple_extent_npoints(space.get()) == static_cast<hssize_t>(tracings.size[0]);
  std::vector<std::int64_t> ids(fits ? tracings.size[0] : 0);
  if (!fits || hdf5().H5Dread(data.get(), hdf5().native_int64, H5S_ALL, H5S_ALL, H5P_DEFAULT, ids.data()) < 0)
    throw Error(ErrorKind::data, file.string(), "its data set 'exam_id' has not a number for each recording");
  return ids;
}

Record read_tracing(const std::filesystem::path& file, std::size_t row, const TracingOptions& options) {
  std::vector<float> values;
  std::optional<double> stated;
  {
    const std::lock_guard lock(library());
    be_silent();
    const Tracings tracings(file);
    if (row >= tracings.size[0]) {
      throw Error(ErrorKind::usage, file.string(),
                  "there is no row " + std::to_string(row) + "; it has " + std::to_string(tracings.size[0]));
    }
    values = read_row(tracings, row, file);
    stated = tracings.stated_millivolts(file);
  }
  check_values(values, file, row);
  const double millivolts = stated.value_or(1.0), gain = gain_for(values, millivolts);
  const auto [first, end] = filled_part(values);
  Record record;
  record.id = record.subject = file.stem().string() + "/" + std::to_string(row);
  record.sampling_rate_hz = kRate_hz;
  record.content_hash = content_hash({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  for (std::size_t l = 0; l < kLeads.size(); ++l) {
    Lead lead;
    lead.name = kLeads[l];
    lead.unit_is_assumed = !stated;
    lead.gain = gain;
    lead.adc_resolution_bits = 0;
    for (std::size_t i = first; i < end; ++i) {
      const double value = static_cast<double>(values[i * kLeads.size() + l]);
      lead.samples.push_back(static_cast<std::int32_t>(std::lround(value * millivolts * gain)));
    }
    record.leads.push_back(std::move(lead));
  }
  if (const std::string text = correct_assumed_order(record); !text.empty() && options.on_warning)
    options.on_warning(text);
  return record;
}

}  // namespace beatbench
