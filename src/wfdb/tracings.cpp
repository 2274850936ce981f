#include "beatbench/wfdb/tracings.h"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"

namespace beatbench {
namespace {

constexpr std::array kLeads = {"I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"};
constexpr double kRate_hz = 400.0;
constexpr double kGain = 1e6;           // a digital step is 1 nV
constexpr double kStepsPerUnit = 1e5;   // of 0.1 mV
constexpr double kLargest_units = 1e4;  // 1 V: no ECG, and what an int32 holds of such steps
constexpr hsize_t kLongest = 10'000'000;

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

  explicit Tracings(const std::filesystem::path& path)
      : file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose),
        data(file ? H5Dopen2(file.get(), "tracings", H5P_DEFAULT) : -1, H5Dclose),
        space(data ? H5Dget_space(data.get()) : -1, H5Sclose) {
    const auto refuse = [&](ErrorKind kind, const std::string& why) { throw Error(kind, path.string(), why); };
    if (!std::filesystem::exists(path)) refuse(ErrorKind::io, "there is no such file");
    if (!file) refuse(ErrorKind::data, "cannot be read as HDF5");
    if (!data || !space) refuse(ErrorKind::data, "has no data set 'tracings'");
    if (H5Sget_simple_extent_ndims(space.get()) != 3 ||
        H5Sget_simple_extent_dims(space.get(), size.data(), nullptr) != 3 || size[2] != kLeads.size() || size[1] == 0 ||
        size[1] > kLongest) {
      refuse(ErrorKind::data, "its data set 'tracings' is not of the form [recordings, samples, 12]");
    }
    const Handle type(H5Dget_type(data.get()), H5Tclose);
    if (!type || H5Tget_class(type.get()) != H5T_FLOAT)
      refuse(ErrorKind::data, "its data set 'tracings' does not hold floating-point numbers");
  }
};

// [samples, 12] of a row.
std::vector<float> read_row(const Tracings& tracings, std::size_t row, const std::filesystem::path& path) {
  std::vector<float> values(tracings.size[1] * tracings.size[2]);
  const std::array<hsize_t, 3> start = {row, 0, 0}, count = {1, tracings.size[1], tracings.size[2]};
  const hsize_t length = values.size();
  const Handle memory(H5Screate_simple(1, &length, nullptr), H5Sclose);
  const bool is_read =
      memory &&
      H5Sselect_hyperslab(tracings.space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) >= 0 &&
      H5Dread(tracings.data.get(), H5T_NATIVE_FLOAT, memory.get(), tracings.space.get(), H5P_DEFAULT, values.data()) >=
          0;
  if (!is_read) throw Error(ErrorKind::data, path.string(), "row " + std::to_string(row) + " cannot be read");
  return values;
}

void be_silent() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

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

std::int32_t digital(float value) {
  if (std::isnan(value)) return kMissingSample;
  const double units = std::clamp(static_cast<double>(value), -kLargest_units, kLargest_units);
  return static_cast<std::int32_t>(std::lround(units * kStepsPerUnit));
}

}  // namespace

std::size_t count_tracings(const std::filesystem::path& file) {
  const std::lock_guard lock(library());
  be_silent();
  return static_cast<std::size_t>(Tracings(file).size[0]);
}

bool is_tracings_file(const std::filesystem::path& file) {
  const std::string extension = file.extension();
  return extension == ".hdf5" || extension == ".h5";
}

std::vector<std::int64_t> exam_ids(const std::filesystem::path& file) {
  const std::lock_guard lock(library());
  be_silent();
  const Tracings tracings(file);
  const Handle data(H5Dopen2(tracings.file.get(), "exam_id", H5P_DEFAULT), H5Dclose);
  if (!data) return {};
  const Handle space(H5Dget_space(data.get()), H5Sclose);
  const bool fits = space && H5Sget_simple_extent_npoints(space.get()) == static_cast<hssize_t>(tracings.size[0]);
  std::vector<std::int64_t> ids(fits ? tracings.size[0] : 0);
  if (!fits || H5Dread(data.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, ids.data()) < 0)
    throw Error(ErrorKind::data, file.string(), "its data set 'exam_id' has not a number for each recording");
  return ids;
}

Record read_tracing(const std::filesystem::path& file, std::size_t row) {
  std::vector<float> values;
  {
    const std::lock_guard lock(library());
    be_silent();
    const Tracings tracings(file);
    if (row >= tracings.size[0]) {
      throw Error(ErrorKind::usage, file.string(),
                  "there is no row " + std::to_string(row) + "; it has " + std::to_string(tracings.size[0]));
    }
    values = read_row(tracings, row, file);
  }
  const auto [first, end] = filled_part(values);
  Record record;
  record.id = record.subject = file.stem().string() + "/" + std::to_string(row);
  record.sampling_rate_hz = kRate_hz;
  record.content_hash = content_hash({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  for (std::size_t l = 0; l < kLeads.size(); ++l) {
    Lead lead;
    lead.name = kLeads[l];
    lead.gain = kGain;
    lead.adc_resolution_bits = 0;
    for (std::size_t i = first; i < end; ++i) lead.samples.push_back(digital(values[i * kLeads.size() + l]));
    record.leads.push_back(std::move(lead));
  }
  return record;
}

}  // namespace beatbench
