#pragma once

#include <filesystem>
#include <vector>

namespace beatbench {

/// The saved states of a training, the newest first: last.pt, last-1.pt, ...
std::vector<std::filesystem::path> saved_states(const std::filesystem::path& checkpoints);

/// Makes room for a new last.pt: last.pt stays where it is and is last-1.pt as well, last-1.pt becomes last-2.pt and so
/// on; `keep` of them are left when the new one has taken its place. Whenever this is cut short, the newest state is
/// still there under one of the names.
/// @throws Error(io).
void make_room_for_state(const std::filesystem::path& checkpoints, int keep);

}  // namespace beatbench
