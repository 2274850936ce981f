#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace beatbench {

/// Where this process stands among those that train one model together.
struct PeerPlace {
  int rank = 0, count = 1;
  int local_count = 1;  ///< of them on this machine
  std::string master = "127.0.0.1";
  int port = 29500;
  std::string started_by;     ///< "torchrun", "mpirun" or "Slurm"; "" where the process is alone
  bool store_exists = false;  ///< torchrun keeps the meeting place itself
};

/// What the launcher's variables say: RANK, WORLD_SIZE, LOCAL_WORLD_SIZE of torchrun, OMPI_COMM_WORLD_RANK and so on of
/// Open MPI's mpirun, SLURM_PROCID, SLURM_STEP_NUM_TASKS (or SLURM_NTASKS outside of a job) of srun, PMI_RANK and so on
/// of MPICH's mpirun, in this order; MASTER_ADDR and MASTER_PORT where they are set, else 127.0.0.1 and 29500.
/// `variable`: as std::getenv.
/// @throws Error(usage) naming a variable that makes no sense.
PeerPlace place_among_peers(const std::function<const char*(const char*)>& variable);

/// Processes that train one model together, each on its share of every batch: gradients are averaged by LibTorch's c10d
/// over Gloo, in buckets that are sent while the backward pass goes on.
class Peers {
 public:
  virtual ~Peers() = default;
  int rank() const { return place_.rank; }
  int count() const { return place_.count; }
  bool leads() const { return place_.rank == 0; }

 protected:
  explicit Peers(PeerPlace place) : place_(std::move(place)) {}

 private:
  PeerPlace place_;
};

/// Whether this build has c10d; without, a process can only train alone.
bool has_c10d();

/// Meets the others. nullptr for a process that is alone.
/// @throws Error(unsupported) where this build lacks c10d; Error(io) if the others do not come within `timeout`.
std::shared_ptr<Peers> join_peers(const PeerPlace& place, std::chrono::seconds timeout);

}  // namespace beatbench
