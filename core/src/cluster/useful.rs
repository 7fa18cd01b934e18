//! Which ports something uses. It hangs on workloads and Services alone, so it is kept with the ground.

use super::inventory::{ClassId, Cluster, ServiceInfo};
use crate::model::Target;
use crate::sets::ConnectionSet;

impl<'r> Cluster<'r> {
    /// The ports of a class that something uses: declared by a container, or the target of a Service.
    pub fn useful_ports(&self, class: ClassId) -> &ConnectionSet {
        static NONE: ConnectionSet = ConnectionSet::none();
        let Some(cell) = self.ground.useful_ports.get(class.index()) else { return &NONE };
        cell.get_or_init(|| {
            let mut useful = ConnectionSet::none();
            let Some(info) = self.class(class) else { return useful };
            for port in info.ports {
                useful.insert(port.protocol, port.port, port.port);
            }
            for port in self.services_of(class).flat_map(|service| &service.service.ports) {
                match &port.target {
                    Target::Number(number) => useful.insert(port.protocol, *number, *number),
                    Target::Name(name) => {
                        for number in info.example.resolve(port.protocol, name) {
                            useful.insert(port.protocol, number, number);
                        }
                    }
                }
            }
            useful
        })
    }

    /// The Services that send to a class.
    pub fn services_of(&self, class: ClassId) -> impl Iterator<Item = &ServiceInfo<'r>> {
        let lists = self.ground.services_of.get_or_init(|| {
            let mut lists = vec![Vec::new(); self.classes.len()];
            for (service, id) in self.services.iter().zip(0u32..) {
                for class in service.targets.possible.iter() {
                    if let Some(list) = lists.get_mut(class as usize) {
                        list.push(id);
                    }
                }
            }
            lists
        });
        let ids = lists.get(class.index()).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.services.get(*id as usize))
    }
}
